import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answers, diagnoseSos, parseAnswers, questions } from '../../../src/assistant/index.ts';
import { loadCatalog } from '../../../src/catalog/index.ts';
import { aCar, TODAY } from './a-car.ts';

const catalog = loadCatalog();
const { questions: all, signs } = catalog.diagnosis;
const allCodes = signs.flatMap(({ when }) => when.faults ?? []);

/** Any answers that a person can give. */
const anyAnswers = fc
  .record(
    Object.fromEntries(
      all.map(({ id, choices, several }) => [
        id,
        fc.subarray(
          choices.map((choice) => choice.id),
          { minLength: 1, maxLength: several ? 3 : 1 },
        ),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((answers) => answers as Answers);
const anyCar = fc.option(
  fc.record({
    codes: fc.subarray(allCodes),
    present: fc.boolean(),
    series: fc.constantFrom('E84', 'F06', 'F48', 'G05', 'U11', undefined),
    built: fc.constantFrom('2013-03', '2018-03', undefined),
    messages: fc.constantFrom([299], [475], [], undefined),
  }),
  { nil: undefined },
);

describe('a diagnosis', () => {
  it('adds up: a score is the base and all that was weighed, and the ranking follows it', () => {
    fc.assert(
      fc.property(anyCar, anyAnswers, (car, answers) => {
        const facts = car && aCar(car);
        const { causes, steps, findings } = diagnoseSos({ facts, answers, catalog, today: TODAY });
        for (const { score, base, for: speaksFor, against } of causes) {
          const weighed = [...speaksFor, ...against];
          expect(score).toBe(weighed.reduce((sum, { points }) => sum + points, base));
          for (const finding of weighed) expect(findings.some(({ id }) => id === finding.id)).toBe(true);
        }
        expect(causes.map(({ score }) => score)).toEqual(causes.map(({ score }) => score).sort((left, right) => right - left));
        expect(steps.at(-1)?.kind).toBe('hide');
        expect(steps[0]).toMatchObject({ leading: true, dials: false });
        for (const { text } of findings) expect(text.en + text.de).not.toMatch(/[{}]|undefined|NaN|\(\)|: $/);
        for (const step of steps) expect(JSON.stringify([step.do, step.command ?? ''])).not.toMatch(/\{|undefined/);
        expect(diagnoseSos({ facts, answers, catalog, today: TODAY })).toEqual({ causes, steps, findings });
      }),
      { numRuns: 60 },
    );
  });

  it('asks little where the car names the cause, and never what the car has told', () => {
    const named = questions(aCar({ codes: ['61:B7F341'] }), catalog).map(({ id }) => id);
    const unnamed = questions(aCar({}), catalog).map(({ id }) => id);
    expect(named).toEqual(['work', 'water', 'replaced', 'region', 'warranty']);
    expect(unnamed).toEqual(expect.arrayContaining([...named, 'colour', 'when', 'also']));
    expect(unnamed).not.toContain('built');
    expect(questions(undefined, catalog).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it('takes out what was tried, and leaves what was not', () => {
    const { steps } = diagnoseSos({ answers: { tried: ['volume-knob', 'sleep'] }, catalog, today: TODAY });
    const ids = steps.map(({ id }) => id);
    expect(ids).not.toContain('volume-knob');
    expect(ids).not.toContain('sleep');
    expect(ids).toContain('restart');
  });
});

describe('answers of a file', () => {
  it('are choices, lists of them, yes and no; unknown and null say nothing', () => {
    expect(parseAnswers({ colour: 'amber', work: ['under-dash', 'phone'], water: true, region: 'unknown', when: null }, all)).toEqual({
      colour: ['amber'],
      work: ['under-dash', 'phone'],
      water: ['yes'],
    });
  });

  it.each([
    [{ color: 'amber' }, 'There is no question "color"', 'Did you mean colour?'],
    [{ colour: 'ambre' }, '"ambre" is no answer to the question colour', 'Did you mean amber?'],
    [{ colour: 'blue' }, '"blue" is no answer to the question colour', 'There is amber, red.'],
    [{ colour: ['amber', 'red'] }, 'The question colour takes one answer, not 2', '--questions'],
    [{ work: ['none', 'phone'] }, 'has "none" beside other answers', '--questions'],
    [{ water: 5 }, 'The answer to water is neither a choice nor a list', '--questions'],
    [[], 'The answers are no table of questions', '--questions'],
  ])('are refused where they are none: %j', (document, message, hint) => {
    let error: unknown;
    try {
      parseAnswers(document, all);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'usage.answers',
      exit: 2,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});
