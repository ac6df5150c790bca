import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type EcuAddress, fromHex, toHex } from '../../../src/core/index.ts';
import { registerMockLink } from '../../../src/mock-link.ts';
import { createLink } from '../../../src/transport/index.ts';
import { NegativeResponseError, UdsClient } from '../../../src/uds/index.ts';
import { parseSim, parseText, type Recorded } from './own-parser.ts';

const FOLDER = new URL('../../../../shared/data/recordings/', import.meta.url);
const G31 = fileURLToPath(new URL('g31-coding.txt', FOLDER));
const E61 = fileURLToPath(new URL('e61-obd.sim', FOLDER));

registerMockLink();

/** Runs work with a client of a recorded car. */
async function withClient<Result>(link: string, work: (client: UdsClient) => Promise<Result>): Promise<Result> {
  const transport = await createLink(link);
  try {
    await transport.open();
    return await work(new UdsClient(transport));
  } finally {
    await transport.dispose();
  }
}

/** The last word of each ECU that answered, in hex. */
function finals({ answers }: Recorded): ReadonlyMap<number, string> {
  return new Map(answers.map(({ source, payload }) => [source, payload]));
}

/** What a read gives: the answer, or the refusal, in hex. */
async function ask(client: UdsClient, target: number, request: string): Promise<string> {
  try {
    return toHex(await client.request(target as EcuAddress, fromHex(request))).toLowerCase();
  } catch (error) {
    if (error instanceof NegativeResponseError) return toHex(Uint8Array.of(0x7f, error.service, error.nrc)).toLowerCase();
    throw error;
  }
}

/** Asks in the order given, and holds each answer against what is expected. */
async function expectAnswers(link: string, expected: readonly (readonly [target: number, request: string, answer: string | undefined])[]) {
  const wrong: string[] = [];
  await withClient(link, async (client) => {
    for (const [target, request, answer] of expected) {
      const given = await ask(client, target, request);
      if (given !== answer) wrong.push(`${target.toString(16)} ${request}: ${given} and not ${answer}`);
    }
  });
  expect(wrong).toEqual([]);
}

describe.each(['enet', 'elm327'])('a recorded car over %s', (link) => {
  it.skipIf(!existsSync(G31))(
    'gives every data identifier of all 24 ECUs of the G31, byte for byte (skipped where ../shared/data is not there)',
    async () => {
      const recorded = parseText(readFileSync(G31, 'latin1')).filter(({ request }) => /^22....$/.test(request));
      const alone = new Set(recorded.filter(({ functional }) => !functional).map(({ target, request }) => `${target} ${request}`));
      // Where several answers were recorded they come in turn, so each is asked for as often as it stands there.
      const expected = recorded.flatMap((row) =>
        [...finals(row)]
          .filter(([source]) => !row.functional || !alone.has(`${source} ${row.request}`))
          .map(([source, payload]) => [source, row.request, payload] as const),
      );
      expect(new Set(expected.map(([source]) => source)).size).toBe(24);
      expect(expected.filter(([, request]) => /^223[0-9a-e]/.test(request)).length).toBeGreaterThan(400);
      await expectAnswers(`mock:${G31}?link=${link}`, expected);
    },
    60_000,
  );

  it.skipIf(!existsSync(E61))(
    'gives every answer of the E61 to one ECU, byte for byte (skipped where ../shared/data is not there)',
    async () => {
      const rows = parseSim(readFileSync(E61, 'latin1')).filter(
        ({ functional, request }) => !functional && /^(22|1a|21|18|17)/.test(request),
      );
      // One row holds a late answer of another ECU, and nothing of the one that was asked.
      const expected = rows.map((row) => [row.target, row.request, finals(row).get(row.target)] as const).filter(([, , answer]) => answer);
      expect(expected.length).toBeGreaterThan(250);
      await expectAnswers(`mock:${E61}?link=${link}`, expected);
    },
    60_000,
  );
});
