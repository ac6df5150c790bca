import { describe, expect, it } from 'vitest';
import { useBench } from './support/bench.ts';

const EDIT = 'KOMBI:3301/CC_ACTIVIERUNG_5.5=FF:F7';
const bench = useBench();

async function plan(words: readonly string[], columns: number, options: string[] = []): Promise<string> {
  const run = await bench.on(bench.link('link=elm327', ...options), ['code', ...words, '--dry-run'], { env: { COLUMNS: String(columns) } });
  expect(run.stderr).toBe('');
  expect(run.exit).toBe(0);
  return run.stdout;
}

describe('the plan, as a person reads it', () => {
  it('at 100 columns', async () => {
    expect(await plan([EDIT], 100)).toBe(`WBA6C92010D000001 · 640d Gran Coupé (F06) · ELM327 · 13.4 V

KOMBI 60 · block 3301 CC_ID_Sperre
  CC_ACTIVIERUNG_5   FF FF FF FF FF [FF → F7] FF FF
                     bit 3 off: message 299, emergency call system failed, will not be shown
  This hides the message. It repairs nothing: emergency calls stay unavailable.
  No emergency call will be possible, and no message will say so to you, or to whoever drives this
  car after you. It stays drivable; ConnectedDrive may be lost with the call.
  In Europe the emergency call is mandatory (S2, an article on the X1): ask what that means where
  you live. Under a warranty let the dealer mend it first (S3, a page on the warning light). This
  car was built to the standard of 2015-03.
  The car on message 299: active now, stored at 112000 km.
  ECU 61 stores B7F341: backup battery defective.
  Plan 0f7d0feb187cbcb1

Dry run: nothing was written.
`);
  });

  it('at 80 columns', async () => {
    expect(await plan([EDIT], 80)).toBe(`WBA6C92010D000001 · 640d Gran Coupé (F06) · ELM327 · 13.4 V

KOMBI 60 · block 3301 CC_ID_Sperre
  CC_ACTIVIERUNG_5   FF FF FF FF FF [FF → F7] FF FF
                     bit 3 off: message 299, emergency call system failed, will
                     not be shown
  This hides the message. It repairs nothing: emergency calls stay unavailable.
  No emergency call will be possible, and no message will say so to you, or to
  whoever drives this car after you. It stays drivable; ConnectedDrive may be
  lost with the call.
  In Europe the emergency call is mandatory (S2, an article on the X1): ask what
  that means where you live. Under a warranty let the dealer mend it first (S3,
  a page on the warning light). This car was built to the standard of 2015-03.
  The car on message 299: active now, stored at 112000 km.
  ECU 61 stores B7F341: backup battery defective.
  Plan 0f7d0feb187cbcb1

Dry run: nothing was written.
`);
  });

  it('at 40 columns, where no line is longer', async () => {
    const text = await plan([EDIT], 40);
    expect(text).toBe(`WBA6C92010D000001 · 640d Gran Coupé
(F06) · ELM327 · 13.4 V

KOMBI 60 · block 3301 CC_ID_Sperre
  CC_ACTIVIERUNG_5
    FF FF FF FF FF [FF → F7] FF FF
    bit 3 off: message 299, emergency
    call system failed, will not be
    shown
  This hides the message. It repairs
  nothing: emergency calls stay
  unavailable.
  No emergency call will be possible,
  and no message will say so to you, or
  to whoever drives this car after you.
  It stays drivable; ConnectedDrive may
  be lost with the call.
  In Europe the emergency call is
  mandatory (S2, an article on the X1):
  ask what that means where you live.
  Under a warranty let the dealer mend
  it first (S3, a page on the warning
  light). This car was built to the
  standard of 2015-03.
  The car on message 299: active now,
  stored at 112000 km.
  ECU 61 stores B7F341: backup battery
  defective.
  Plan 0f7d0feb187cbcb1

Dry run: nothing was written.
`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  });

  it('of several blocks, by name and by offset', async () => {
    expect(await plan(['KOMBI:3301/CC_ACTIVIERUNG_5.5.3=0', '60:3000.@05=01'], 80)).toContain(`will
                     not be shown

KOMBI 60 · block 3000
  @00   23 6B 00 00 5D [00 → 01] 00 00

  This hides the message.`);
  });

  it('warns where the voltage is low for coding', async () => {
    expect(await plan([EDIT], 80, ['fault=voltage:12.4'])).toMatch(/12\.4 V: BMW asks for 13\.0 V/);
  });

  it('warns of a message of danger', async () => {
    expect(await plan(['KOMBI:3301/CC_ACTIVIERUNG_1.1.6=0'], 80)).toMatch(/warns of danger/);
  });

  it('sums up what the car does not store', async () => {
    expect(await plan(['KOMBI:3301/CC_ACTIVIERUNG_5.6=FC'], 80)).toContain(
      '  The car on message 304, 305: not seen in its message memory.\n',
    );
  });

  it('speaks the language asked for', async () => {
    expect(await plan([EDIT, '--lang', 'de'], 100)).toMatch(/message 299, Notruf/);
  });
});
