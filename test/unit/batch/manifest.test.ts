import { describe, expect, it } from 'vitest';
import { type BatchManifest, parseManifest } from '../../../src/job/batch/index.ts';

const MIB = 1 << 20;

function parse(text: string, name = 'fleet.yaml'): Promise<BatchManifest> {
  return parseManifest(new TextEncoder().encode(text), name);
}

/** What is told of a manifest that is refused, a line each. */
async function refusal(text: string, name?: string): Promise<readonly string[]> {
  try {
    await parse(text, name);
  } catch (error) {
    expect(error).toMatchObject({ code: 'usage.manifest', exit: 2, hint: expect.stringContaining('kombi batch --help') });
    const { message, items } = error as { message: string; items: readonly string[] };
    return items.length === 0 ? [message] : items;
  }
  throw new Error('it was taken');
}

describe('a manifest', () => {
  it('says which cars, through what, and what to do, in YAML', async () => {
    const manifest = await parse(`# the yard
jobs: 4
deadlineMs: 60000
timeoutMs: 500
archive: ./cars
do: [info, backup]
cars:
  - label: "bay 1"
    link: enet://192.168.1.11?control=6811
  - {label: bay 2, link: "elm327:/dev/ttyUSB0", vin: wbatestv1n0000002, do: faults, partial: true, deadlineMs: 5000}
  - label: bay 3
    link: mock:f06-sos
    do: [plan]
    edits:
      - 60:3301.@25.3=0
`);
    expect(manifest).toEqual({
      jobs: 4,
      deadlineMs: 60_000,
      timeoutMs: 500,
      archive: './cars',
      cars: [
        {
          label: 'bay 1',
          link: 'enet://192.168.1.11?control=6811',
          vin: undefined,
          actions: ['info', 'backup'],
          edits: [],
          partial: false,
          deadlineMs: undefined,
        },
        {
          label: 'bay 2',
          link: 'elm327:/dev/ttyUSB0',
          vin: 'WBATESTV1N0000002',
          actions: ['faults'],
          edits: [],
          partial: true,
          deadlineMs: 5000,
        },
        expect.objectContaining({ label: 'bay 3', actions: ['plan'], edits: [expect.objectContaining({ text: '60:3301.@25.3=0' })] }),
      ],
    });
  });

  it('says the same in JSON, told apart by its name or by its first character', async () => {
    const json = '{\n\t"jobs": 2, "cars": [ {"label": "a \\u00e4", "link": "enet:"} ]\n}\n';
    const expected = { jobs: 2, cars: [{ label: 'a ä', link: 'enet:', actions: ['backup'] }] };
    expect(await parse(json, 'fleet.json')).toMatchObject(expected);
    expect(await parse(json, 'stdin')).toMatchObject(expected);
    expect(await parse('jobs: 2\ncars: [{label: a ä, link: "enet:"}]', 'stdin')).toMatchObject(expected);
  });

  const CAR = '{label: a, link: "enet:"}';
  it.each([
    ['an unknown name', `cars:\n- label: a\n  lnk: "enet:"\n  link: x`, 'fleet.yaml:3: cars[0].lnk: there is no "lnk"; did you mean link?'],
    ['no link', 'cars:\n- label: a\n', 'fleet.yaml:2: cars[0].link: Invalid input: expected string, received undefined'],
    [
      'a number for a label',
      'cars:\n- label: 12\n  link: x',
      'fleet.yaml:2: cars[0].label: Invalid input: expected string, received number',
    ],
    ['a label twice', `cars:\n- ${CAR}\n- ${CAR}`, 'fleet.yaml:3: cars[1].label: "a" is the label of cars[0] too'],
    ['no VIN for a VIN', 'cars:\n- {label: a, link: x, vin: WBA}', 'fleet.yaml:2: cars[0].vin: is no VIN: 17 characters'],
    ['an unknown thing to do', 'cars:\n- {label: a, link: x, do: code}', 'fleet.yaml:2: cars[0].do[0]: Invalid option'],
    ['a plan of nothing', 'cars:\n- {label: a, link: x, do: plan}', 'fleet.yaml:2: cars[0].do: "plan" needs edits'],
    ['edits to be written', 'cars:\n- {label: a, link: x, edits: "60:3301.@25.3=0"}', 'a batch writes to no car'],
    ['an edit that is none', 'cars:\n- {label: a, link: x, do: plan, edits: "60=1"}', 'fleet.yaml:2: cars[0].edits: '],
    ['no cars', 'cars: []', 'fleet.yaml:1: cars: '],
    ['no jobs', `jobs: 0\ncars: [${CAR}]`, 'fleet.yaml:1: jobs: '],
    ['nothing', '', 'fleet.yaml: the manifest: '],
    ['a text', 'cars', 'fleet.yaml:1: the manifest: '],
    ['another indent', 'cars:\n- label: a\n   link: x', 'fleet.yaml:2: it is not YAML: '],
    ['a name twice', 'cars:\n- label: a\n  link: x\n  label: b', 'fleet.yaml:4: "label" stands twice'],
    ['an alias', `cars:\n- &a ${CAR}\n- *a`, 'fleet.yaml:2: anchors and aliases are not taken'],
    ['a tag', 'cars:\n- {label: !!str a, link: x}', 'fleet.yaml:2: the tag tag:yaml.org,2002:str is not taken'],
    ['YAML 1.1', `%YAML 1.1\n---\ncars: [${CAR}]`, 'fleet.yaml:1: directives are not taken'],
    ['two documents', `cars: [${CAR}]\n---\ncars: [${CAR}]`, 'fleet.yaml:2: it is not YAML: '],
    ['a merge key', 'cars:\n- {label: a, link: x, <<: {vin: y}}', 'there is no "<<"'],
    ['a way to a prototype', `__proto__: {jobs: 1}\ncars: [${CAR}]`, 'fleet.yaml:1: __proto__: there is no "__proto__"'],
    ['too deep a nest', `${'- '.repeat(40)}a`, 'fleet.yaml:1: it is nested more than 16 deep'],
  ])('is refused with %s, naming the line', async (_, text, told) => {
    expect((await refusal(text)).join('\n')).toContain(told);
  });

  it.each([
    ['a name twice', '{"cars": [\n{"label": "a", "link": "x",\n"label": "b"}]}', 'fleet.json:3: "label" stands twice'],
    [
      'an unknown name',
      '{"cars": [\n{"label": "a",\n"link": "x", "lable": "b"}]}',
      'fleet.json:3: cars[0].lable: there is no "lable"; did you mean label?',
    ],
    ['a way to a prototype', '{"__proto__": {"jobs": 1}, "cars": []}', '__proto__: there is no "__proto__"'],
    ['a comma too many', '{"cars": [],}', 'fleet.json'],
    ['too deep a nest', '['.repeat(17) + ']'.repeat(17), 'fleet.json:1: it is nested more than 16 deep'],
  ])('in JSON is refused with %s', async (_, text, told) => {
    expect((await refusal(text, 'fleet.json')).join('\n')).toContain(told);
  });

  it('with many mistakes tells the first ten of them', async () => {
    const told = await refusal(`cars:\n${Array.from({ length: 15 }, () => '- {label: a}').join('\n')}`);
    expect(told).toHaveLength(11);
    expect(told[10]).toBe('and 5 more');
  });

  it('is refused above 1 MiB, and as other than UTF-8', async () => {
    expect(await refusal(`#${' '.repeat(MIB)}`)).toEqual(['fleet.yaml: it has 1048577 bytes, and 1048576 are the most']);
    await expect(parseManifest(Uint8Array.of(0x22, 0xff, 0x22), 'x.json')).rejects.toMatchObject({
      code: 'usage.manifest',
      message: expect.stringContaining('it is not UTF-8'),
    });
  });

  it.each([
    ['brackets', '['.repeat(MIB)],
    ['dashes', '- '.repeat(MIB / 2)],
    ['question marks', '? '.repeat(MIB / 2)],
    ['indents', Array.from({ length: 1400 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
    ['anchors', '&a '.repeat(MIB / 4)],
    ['tags', '! '.repeat(MIB / 2)],
    ['wrong escapes', `"${'\\x'.repeat(MIB / 2 - 2)}"`],
    ['documents', '---\n'.repeat(MIB / 4)],
  ])('is refused of a mebibyte of %s before it is built', async (_, text) => {
    expect((await refusal(text)).join('\n')).toMatch(/nested more than|words and marks|a value has/);
  });
});
