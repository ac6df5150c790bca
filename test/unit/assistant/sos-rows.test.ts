import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AdvisedStep, type Answers, type Diagnosis, diagnoseSos } from '../../../src/assistant/index.ts';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { ecuAddress } from '../../../src/core/index.ts';
import { type ACar, aCar, TODAY } from './a-car.ts';

const DOCUMENT = new URL('../../../../shared/domain/sos-failure.md', import.meta.url);
const catalog = loadCatalog();
const { figures, advice } = catalog.diagnosis;

function diagnosed(car: ACar | undefined, answers: Answers = {}): Diagnosis {
  return diagnoseSos({ facts: car && aCar(car), answers, catalog, today: TODAY });
}

/** A car that names nothing, and a person who says this. */
const said = (answers: Answers) => diagnosed({ built: '2020-03' }, answers);
const cause = ({ causes }: Diagnosis, id: string) => causes.find((each) => each.id === id) ?? expect.fail(`no cause ${id}`);
const step = ({ steps }: Diagnosis, id: string): AdvisedStep => steps.find((each) => each.id === id) ?? expect.fail(`no step ${id}`);
const first = ({ causes }: Diagnosis) => causes[0]?.id;
const firstStep = ({ steps }: Diagnosis) => steps[0]?.id;
const led = ({ steps }: Diagnosis) => steps.filter(({ leading }) => leading).map(({ id }) => id);
const finding = ({ findings }: Diagnosis, id: string) => findings.find((each) => each.id === id);
const text = (id: string) => (advice.find((each) => each.id === id)?.text ?? []).join(' ');
const words = (each: AdvisedStep) =>
  [each.title.en, ...each.do, ...each.where, ...each.aftercare, ...each.cautions, each.warning].join(' ');
/** `150-300 x1-article` of every source that gives this figure. */
const figure = (id: string) =>
  figures.find((each) => each.id === id)?.said.map(({ low, high, source }) => `${low}${high === undefined ? '' : `-${high}`} ${source}`);
const inOrder = (diagnosis: Diagnosis, ...ids: string[]) => {
  const all = diagnosis.steps.map(({ id }) => id);
  expect(ids.map((id) => all.indexOf(id))).toEqual(ids.map((id) => all.indexOf(id)).sort((left, right) => left - right));
  expect(all).toEqual(expect.arrayContaining(ids));
};

/** The rows by the beginning of their first column, and what a person must get for them. */
const CARS_AND_LAYOUTS: Readonly<Record<string, () => void>> = {
  '"All X1s were F48 until 2023" (Opie55), wrong: E84 came first (S2)': () => {
    // What the car says of its series decides, whatever somebody answers.
    const e84 = diagnosed({ series: 'E84', built: '2012-03', unit: 'absent' }, { series: ['f48'] });
    expect(finding(e84, 'generation-e84')).toMatchObject({ standing: 'known' });
    expect(finding(e84, 'generation-f48')).toBeUndefined();
  },
  '545i/640d owner asks for ISTA (Lorvig)': () => expect(text('ista')).toMatch(/vehicle order.*no byte editor/),
  '650i F12 fixed by dealer reflash (Opie55)': () => {
    expect(text('reflash')).toMatch(/650i \(F12\).*every unit's coding anew.*Back up before/);
    const { do: lines, sources } = step(said({ work: ['update'] }), 'dealer-software');
    expect(lines.join(' ')).toMatch(/650i \(F12\).*what you coded is gone/);
    expect(sources).toContain('owners-6post');
  },
  '630i GT, under-dash speaker unplugged/blown (Russbmw)': () => {
    const checks = diagnosed(undefined).steps.filter(({ kind }) => kind === 'check');
    expect(checks[0]?.id).toBe('check-speaker');
    expect(words(step(diagnosed(undefined), 'check-speaker'))).toMatch(/plugged in\?.*Blown.*under the dashboard.*630i GT/);
    expect(firstStep(said({ work: ['under-dash'] }))).toBe('check-speaker');
  },
};

const CAUSES_AND_SYMPTOMS: Readonly<Record<string, () => void>> = {
  'Dead backup battery (S1–S3): life 4–7 y (S2) vs 3–5 y (S3)': () => {
    expect(figure('battery-life')).toEqual(expect.arrayContaining(['4-7 x1-article', '3-5 light-article', '3-5 bimmerist']));
    const dead = diagnosed({ codes: ['61:B7F341'] });
    expect(first(dead)).toBe('backup-battery');
    expect(cause(dead, 'backup-battery').sources).toEqual(
      expect.arrayContaining(['sos-article', 'x1-article', 'light-article', 'bimmerist']),
    );
    expect(step(dead, 'replace-battery')).toMatchObject({
      figures: expect.arrayContaining(['battery-life']),
      command: 'kombi faults ATM --clear',
    });
    // Replaced, and the old entry is still there: it has to be cleared first.
    expect(firstStep(diagnosed({ codes: ['61:B7F341'], present: false }, { replaced: ['backup-battery'] }))).toBe('clear-codes');
    const ages = ['2024-03', '2021-03', '2015-03'].map((built) => cause(diagnosed({ built }), 'backup-battery').score);
    expect(ages).toEqual([...ages].sort((left, right) => left - right));
  },
  'TCU failed (symptoms: no ConnectedDrive, GPS errors, remote off, its units misbehave)': () => {
    const none = cause(said({}), 'unit').score;
    for (const symptom of ['connected', 'gps', 'remote']) expect(cause(said({ also: [symptom] }), 'unit').score).toBeGreaterThan(none);
    expect(first(diagnosed({ codes: ['61:B7F335'] }))).toBe('unit');
    expect(first(diagnosed({ unit: 'silent', built: '2020-03' }))).toBe('unit');
    expect(led(diagnosed({ codes: ['61:B7F336'] }))).toEqual(expect.arrayContaining(['check-water', 'check-fuses', 'replace-unit']));
  },
  '2G/3G shutdown by 2022, cars before ~2017 (S3)': () => {
    const old = diagnosed({ built: '2013-03' }, { region: ['north-america'] });
    expect(first(old)).toBe('network');
    expect(firstStep(old)).toBe('check-network');
    expect(cause(old, 'network').against).toContainEqual(
      expect.objectContaining({ id: 'network-disputed', sources: ['bimmerist', 'light-article'] }),
    );
    expect(finding(diagnosed({ built: '2013-03' }, { region: ['europe'] }), 'no-network-perhaps')).toMatchObject({
      evidence: 'hypothesis',
    });
    expect(cause(diagnosed({ built: '2018-03' }, { region: ['north-america'] }), 'network').score).toBeLessThan(10);
    expect(first(diagnosed(undefined, { built: ['before-2017'], region: ['north-america'] }))).toBe('network');
  },
  'Shark-fin water; E60/E70 sunroof drains; cracked seal': () => {
    const wet = diagnosed({ codes: ['61:B7F31D'] }, { water: ['yes'] });
    expect(firstStep(wet)).toBe('check-water');
    expect(words(step(wet, 'check-water'))).toMatch(
      /before you buy anything.*shark-fin aerial: its seal, cracked.*sunroof drains \(reported of the E60 and E70\)/,
    );
    inOrder(wet, 'check-water', 'replace-unit');
  },
  'Antenna, connector, microphone, speaker, GPS antenna, wiring': () => {
    const checks = {
      B7F31D: 'check-antenna',
      B7F327: 'check-microphone',
      B7F342: 'check-speaker',
      B7F316: 'check-antenna',
      B7F338: 'check-airbag',
    };
    for (const [code, id] of Object.entries(checks)) {
      const found = diagnosed({ codes: [`61:${code}`] });
      expect(led(found)).toContain(id);
      expect(finding(found, `${found.causes[0]?.for[0]?.id}`)?.text.en).toContain(code);
    }
    for (const id of ['check-antenna', 'check-microphone', 'check-speaker', 'check-fuses'])
      expect(step(said({}), id).where).not.toEqual([]);
    expect(firstStep(said({ work: ['body'] }))).toBe('check-fuses');
  },
  'Satellite radio (crackle, no sound, iDrive home loop, Bluetooth)': () => {
    const none = cause(said({}), 'satellite-radio').score;
    for (const symptom of ['crackle', 'no-sound', 'home-loop', 'bluetooth'])
      expect(cause(said({ also: [symptom] }), 'satellite-radio').score).toBeGreaterThan(none);
    const radio = said({ also: ['crackle', 'home-loop'] });
    expect(first(radio)).toBe('satellite-radio');
    expect(words(step(radio, 'bypass-radio'))).toMatch(/bypass loop.*fibre loop in place of its plug/);
    expect(led(radio)).toContain('bypass-radio');
  },
  'Head units CIC/NBT/CCC (noise, damaged apps, crash while downloading, blank screen); fuses': () => {
    const screen = said({ also: ['screen'] });
    expect(first(screen)).toBe('head-unit');
    expect(cause(screen, 'head-unit').title.en).toMatch(/CCC, CIC, NBT/);
    expect(led(screen)).toEqual(expect.arrayContaining(['volume-knob', 'check-fuses', 'check-head-unit']));
  },
  'Fibre cable; splice kit': () => {
    const repair = step(said({}), 'repair-fibre');
    expect(words(repair)).toMatch(/Last resort.*splice kit.*S1 calls it the last resort/);
    const parts = diagnosed(undefined).steps.filter(({ kind }) => kind === 'part');
    expect(parts.at(-1)?.id).toBe('repair-fibre');
  },
  'Amplifier (distortion, burning smell, popping)': () => {
    expect(first(said({ also: ['distorted'] }))).toBe('amplifier');
    const burning = said({ also: ['burning'] });
    expect(burning.steps[0]).toMatchObject({ id: 'stop-burning', kind: 'stop' });
    expect(step(burning, 'stop-burning').do.join(' ')).toMatch(/do not drive/);
  },
  'Telephone box, bad wiring': () => {
    expect(led(diagnosed({ unit: 'absent', built: '2020-03', silent: [0x36] }))).toEqual(
      expect.arrayContaining(['check-telephone-box', 'check-fuses']),
    );
    expect(finding(diagnosed({ unit: 'absent' }), 'unit-absent')?.text.en).toMatch(/telephone box makes the emergency call/);
  },
  'Software glitch, bad iDrive update, OTA (U11), temporary network': () => {
    const updated = said({ work: ['update'] });
    expect(first(updated)).toBe('software');
    expect(updated.steps[0]).toMatchObject({ kind: 'reset' });
    const ota = diagnosed({ series: 'U11', built: '2023-03' });
    expect(first(ota)).toBe('software');
    expect(cause(ota, 'software').title.en).toMatch(/update.*passing loss of network/);
    expect(finding(said({ also: ['remote-after-rest'] }), 'no-remote-after-rest')?.sources).toEqual(['si-b84-06-18']);
    const level = (iLevel: string) => finding(diagnosed({ series: 'F48', iLevel }), 'old-software')?.text.en;
    expect(level('F020-17-11-505')).toMatch(/F020-17-11-505: before 18-03-510/);
    expect(level('F020-18-03-510')).toBeUndefined();
  },
  'Warning stays after parts: wrong coding, software mismatch, network registration': () => {
    const swapped = diagnosed({ built: '2020-03', compared: 'coding' }, { replaced: ['unit'] });
    expect(first(swapped)).toBe('unit-coding');
    expect(step(swapped, 'compare-coding')).toMatchObject({ command: 'kombi backup diff', leading: true });
    expect(words(step(swapped, 'compare-coding'))).toMatch(/coding or software does not fit.*not registered/);
    expect(finding(swapped, 'coding-differs')?.text.en).toContain('61:3000');
    expect(cause(diagnosed({ compared: 'same' }), 'unit-coding').against).not.toEqual([]);
    expect(cause(diagnosed({ compared: 'unit' }), 'unit-coding').score).toBeGreaterThan(40);
  },
  'E84 / F48 / U11 cause lists': () => {
    const rankings = ['E84', 'F48', 'U11'].map((series) =>
      diagnosed(undefined, { series: [series.toLowerCase()] }).causes.map(({ id, score }) => `${id} ${score}`),
    );
    expect(new Set(rankings.map((ranking) => ranking.join()))).toHaveProperty('size', 3);
    expect(rankings.map(([top]) => top?.split(' ')[0])).toEqual(['backup-battery', 'backup-battery', 'software']);
  },
  'Appears suddenly, gone after restart, then battery (S2)': () => {
    const passing = said({ when: ['sometimes'] });
    expect(led(passing)).toContain('before-and-after');
    expect(step(passing, 'before-and-after')).toMatchObject({ command: 'kombi faults ATM --save' });
    const scores = [said({}), passing].map((diagnosis) => cause(diagnosis, 'backup-battery').score);
    expect(scores[1]).toBeGreaterThan(scores[0] ?? 0);
    expect(said({ when: ['always'] }).steps.map(({ id }) => id)).not.toContain('before-and-after');
  },
  'Amber = temporary, red = stored fault': () => {
    const [amber, red] = [said({ colour: ['amber'] }), said({ colour: ['red'] })];
    expect(cause(amber, 'software').score).toBeGreaterThan(cause(red, 'software').score);
    expect(cause(red, 'unit').score).toBeGreaterThan(cause(amber, 'unit').score);
    expect(first(amber)).toBe('software');
    expect(first(red)).not.toBe('software');
  },
  'Texts "malfunction", "not available", "failure", plus 475 "restricted"': () => {
    const hides = (answer: string) => step(diagnosed(undefined, { text: [answer] }), 'hide').command;
    expect(['malfunction', 'not-available', 'failure', 'restricted'].map(hides)).toEqual([
      ...Array.from({ length: 3 }, () => 'kombi messages hide 299'),
      'kombi messages hide 475',
    ]);
    // What the car says decides.
    const seen = diagnosed({ messages: [475] }, { text: ['failure'] });
    expect(step(seen, 'hide').command).toBe('kombi messages hide 475');
    expect(finding(seen, 'raised-475')?.text.en).toMatch(/299 was not seen, 475 was/);
    expect(finding(diagnosed({ messages: [] }), 'nothing-raised')).toMatchObject({ standing: 'unknown' });
  },
};

const RESETS: Readonly<Record<string, () => void>> = {
  'Hold SOS ≥5 s, press again to cancel, check, restart (S1)': () => {
    const hold = step(said({ work: ['update'] }), 'hold-sos');
    expect(hold).toMatchObject({ dials: true, leading: false, warning: expect.stringMatching(/THIS DIALS/) });
    expect(hold.guide.map(({ seconds }) => seconds)).toEqual([5, undefined, 120]);
    expect(hold.do.join(' ')).toMatch(/640d.*dialled/);
  },
  'Volume knob 30 s (S1, S2), 30–40 s (S3)': () => {
    const knob = step(said({}), 'volume-knob');
    expect(knob.guide[0]?.seconds).toBe(40);
    expect(knob.do.join(' ')).toBe('S1 and S2 say 30 seconds, S3 says 30 to 40; the timer runs for 40.');
    expect(knob).toMatchObject({ resets: expect.any(String), price: expect.any(String) });
  },
  'Eject + volume re-initialise; delete Bluetooth phone; restart phone (S1)': () => {
    expect(words(step(said({}), 'reinitialise'))).toMatch(/eject and volume knob together/);
    expect(
      step(said({}), 'phone')
        .guide.map((line) => line.do)
        .join(' '),
    ).toMatch(/delete the paired phone.*Restart the phone/);
    expect(firstStep(said({ work: ['phone'] }))).toBe('phone');
  },
  'Lock, sleep ~15 min, wait 20 (S2)': () => {
    const sleep = step(said({}), 'sleep');
    expect(sleep).toMatchObject({ disconnects: true });
    expect(sleep.guide.map(({ seconds }) => seconds)).toContain(20 * 60);
    expect(sleep.guide[0]?.do).toMatch(/let go of the car.*Pull the adapter/);
    expect(words(sleep)).toMatch(/about 15 minutes; S2 waits 20/);
  },
  'Battery off ≥12 h for MOST (S1); side effects: settings, windows (S2)': () => {
    const off = step(said({}), 'battery-off');
    expect(off).toMatchObject({ needsNoOpenJob: true, disconnects: true, price: expect.stringMatching(/clock.*windows.*settings/) });
    expect(off.guide.map(({ seconds }) => seconds)).toContain(12 * 3600);
    expect(off.aftercare.join(' ')).toMatch(/time and date.*windows.*settings/);
    expect(off.serves).toEqual(expect.arrayContaining(['fibre', 'satellite-radio', 'amplifier']));
  },
};

const CODES_COSTS_RULES: Readonly<Record<string, () => void>> = {
  'B7F655, E1142C, B7F8F9 (S2)': () => {
    const diagnosis = diagnosed({ codes: ['60:B7F655', '63:B7F8F9', '60:E1142C'], built: '2020-03' });
    expect(finding(diagnosis, 's2-code')?.text.en).toMatch(
      /B7F655, E1142C\. One article \(S2\) calls it a code of this failure; the public descriptions of control units do not/,
    );
    for (const { for: speaksFor } of diagnosis.causes) expect(speaksFor.map(({ id }) => id)).not.toContain('s2-code');
    expect(catalog.troubleCode(ecuAddress(0x61), 'B7F341')?.confirmedBy).toContain('reading-specialist');
    expect(catalog.namedCodes.map(({ code }) => code)).toEqual(expect.arrayContaining(['B7F655', 'E1142C', 'B7F8F9', 'B7F89C']));
  },
  'Generic OBD cannot read the TCU; ISTA, INPA needed (S3)': () => {
    expect(step(diagnosed(undefined), 'read-codes')).toMatchObject({ command: 'kombi faults ATM' });
    expect(words(step(diagnosed(undefined), 'read-codes'))).toMatch(/Generic OBD readers do not reach it; kombi, ISTA and INPA do/);
    const facts = { ...aCar({}), faultsToldBy: [ecuAddress(0x60)] };
    const untold = diagnoseSos({ facts, answers: {}, catalog, today: TODAY });
    expect(finding(untold, 'unit-untold')).toMatchObject({ standing: 'unknown' });
    expect(finding(untold, 'unit-clean')).toBeUndefined();
  },
  'Battery $150–300 (S2) vs $500–800 (S3)': () => {
    expect(figure('backup-battery')).toEqual(['150-300 x1-article', '500-800 light-article']);
    expect(step(said({}), 'replace-battery').figures).toContain('backup-battery');
  },
  'Software $100–250; antenna $200–600; 1–2 h (S2); diagnosis $150–200 (S3)': () => {
    expect(['software', 'antenna', 'labour', 'diagnosis'].map(figure)).toEqual([
      ['100-250 x1-article'],
      ['200-600 x1-article'],
      ['1-2 x1-article'],
      ['150-200 light-article'],
    ]);
  },
  'TCU $800–1,500 (S2) vs $500–1,200 (S3)': () => expect(figure('unit')).toEqual(['800-1500 x1-article', '500-1200 light-article']),
  'TCU is coded to the VIN (S3)': () => {
    const foreign = diagnosed({ unit: 'foreign', built: '2020-03' });
    expect(first(foreign)).toBe('unit-coding');
    expect(finding(foreign, 'unit-foreign')?.sources).toContain('light-article');
    expect(words(step(foreign, 'replace-unit'))).toMatch(
      /coded to the VIN of its car.*kombi refuses to move one car's coding into another/,
    );
  },
  'eCall mandatory in Europe (S2); warranty/CPO first (S3)': () => {
    const dead = (answers: Answers) => diagnosed({ codes: ['61:B7F341'] }, answers);
    for (const warranty of ['new', 'cpo']) expect(firstStep(dead({ warranty: [warranty] }))).toBe('warranty-first');
    expect(firstStep(dead({ warranty: ['none'] }))).toBe('replace-battery');
    expect(step(dead({ region: ['europe'] }), 'hide').cautions.join(' ')).toMatch(/In Europe the automatic emergency call is mandatory/);
    expect(step(dead({ region: ['north-america'] }), 'hide').cautions.join(' ')).not.toMatch(/Europe/);
  },
  'Drivable; call, ConnectedDrive lost': () => {
    expect(words(step(said({}), 'hide'))).toMatch(/can be driven.*emergency call and often ConnectedDrive are missing/);
    expect(text('driving')).toMatch(/drives as before/);
  },
  'Mechanics code the message out (S1); pragmatic on old 2G/3G cars (S3)': () => {
    for (const diagnosis of [
      diagnosed(undefined),
      said({ colour: ['red'] }),
      diagnosed({ codes: ['61:B7F341'] }, { region: ['europe'] }),
    ]) {
      expect(diagnosis.steps.at(-1)).toMatchObject({ id: 'hide', kind: 'hide', command: 'kombi messages hide 299' });
    }
    expect(words(step(said({}), 'hide'))).toMatch(/S1 reports that workshops do it; S3 finds it sensible for old cars/);
    for (const series of ['E84', 'G05']) {
      const not = diagnosed({ series, built: '2020-03' });
      expect(not.steps.at(-1)).toMatchObject({ id: 'hide-not' });
      expect(step(not, 'hide-not').do[0]).toContain(series);
    }
  },
  'Prevention; DIY vs shop split': () => {
    expect(text('prevention')).toMatch(/backup battery.*sunroof drains.*clear the codes/);
    expect(text('who-does-what')).toMatch(/Anyone:.*A workshop:/);
    const skills = new Set(catalog.diagnosis.steps.map(({ skill }) => skill));
    expect(skills).toEqual(new Set(['anyone', 'owner', 'shop']));
  },
};

/** By the titles of the document. */
const SECTIONS = {
  'Causes and symptoms': CAUSES_AND_SYMPTOMS,
  Resets: RESETS,
  'Codes, costs, rules': CODES_COSTS_RULES,
};

describe.each(Object.entries({ 'Cars and layouts': CARS_AND_LAYOUTS, ...SECTIONS }))('what owners report: %s', (_, rows) => {
  it.each(Object.entries(rows))('%s', (_row, proves) => {
    expect.hasAssertions();
    proves();
  });
});

describe('the costs that owners name', () => {
  it('£60 coder, dealer $200 + $400, app £30/$48.50, dongles £20/$45.45', () => {
    expect(
      ['coder', 'dealer-visit', 'app', 'dongle'].map((id) => figures.find((each) => each.id === id)?.said.map(({ low }) => low)),
    ).toEqual([[60], [200, 400], [30, 48.5], [20, 45.45]]);
  });
});

describe.skipIf(!existsSync(DOCUMENT))('every row (needs ../shared/domain/sos-failure.md)', () => {
  it.each(Object.entries(SECTIONS))('of %s is tried above', (title, rows) => {
    const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split(`**${title}**`);
    const [table = ''] = section.split(/\n\*\*|\n## /);
    const inDocument = [...table.matchAll(/^\|([^|]+)\|/gm)].map(([, row = '']) => row.trim()).filter((row) => !/^(Row|-+)$/.test(row));
    expect(inDocument.length).toBeGreaterThan(4);
    expect(Object.keys(rows)).toEqual(inDocument);
  });
});
