import type { Wire } from '../support/rig.ts';

/** One thing that goes wrong at one point. */
export interface FaultPoint {
  readonly kind: string;
  /** From 0: the request, frame, disk access or barrier at which it strikes. */
  readonly at: number;
  /** Once, or from then on. */
  readonly lasting: boolean;
}

/** What a fault may do to the car by itself, so that "as before" cannot be asked of all of it. */
export type Meddling = 'none' | 'car';

export interface FaultSpec {
  /** As the mock's fault board knows it, or `disk:<code>` or `die`. */
  readonly kind: string;
  readonly wires: readonly Wire[];
  readonly meddling: Meddling;
  /** Whether it makes sense that it stays. */
  readonly mayLast: boolean;
}

const BOTH: readonly Wire[] = ['enet', 'elm327'];
const spec = (kind: string, options: Partial<Omit<FaultSpec, 'kind'>> = {}): FaultSpec => ({
  kind,
  wires: BOTH,
  meddling: 'none',
  mayLast: true,
  ...options,
});

const REFUSALS = ['10', '11', '12', '13', '21', '22', '24', '31', '33', '35', '36', '37', '72', '7E', '7F', '83', '88', '92', '93', '5A'];
const GATEWAY_ERRORS = ['40', '41', '42', '43', '44', '45', 'FF'];
const ENET: Partial<FaultSpec> = { wires: ['enet'] };
const ELM: Partial<FaultSpec> = { wires: ['elm327'] };

/** Every fault of the campaign; the numbers are the rows of the failure table that it stands for. */
export const FAULTS: readonly FaultSpec[] = [
  ...REFUSALS.map((nrc) => spec(`nrc:${nrc}`)), // 18 to 24
  spec('nrc-stored:72'), // 23
  spec('nrc-stored:22'),
  spec('mute'), // 14
  spec('ignore'), // 4
  spec('pending:3'),
  spec('pending:forever'), // 17
  spec('not-stored'), // 26
  spec('stores:00'), // 27
  spec('lies'), // 26
  spec('lies:flipped'),
  spec('misread'), // 35
  spec('late-apply:400', { mayLast: false }), // 29
  spec('reset'), // 25
  spec('drop-session'), // 24
  spec('voltage:11.5', { mayLast: false }), // 30
  spec('voltage:12.5', { mayLast: false }),
  spec('ignition-off', { mayLast: false }), // 31
  spec('engine-on', { mayLast: false }),
  spec('foreign-reply'), // 13
  spec('duplicate-reply'), // 11
  spec('wrong-did'),
  spec('ext-change', { meddling: 'car', mayLast: false }), // 34
  spec('other-vin', { meddling: 'car', mayLast: false }), // 32
  spec('swap-ecu', { meddling: 'car', mayLast: false }), // 33
  spec('lose-cafd', { meddling: 'car', mayLast: false }), // 28
  spec('disconnect', ENET), // 1 to 6, 8
  spec('disconnect-after', ENET),
  spec('rst', ENET), // 7
  spec('rst-after', ENET),
  spec('truncate', ENET), // 10
  spec('late:700', ENET), // 12
  spec('late:3000', ENET),
  spec('ack-only', ENET), // 14
  spec('no-ack', ENET),
  ...GATEWAY_ERRORS.flatMap((error) => [spec(`hsfz-error:${error}`, ENET), spec(`hsfz-error-after:${error}`, ENET)]), // 15
  spec('length:FFFFFFFF', ENET), // 53
  spec('length:00000001', ENET),
  spec('alive', ENET), // 16
  spec('announce', ENET), // 16
  spec('dribble', ENET),
  spec('coalesce', ENET),
  spec('buffer-full', ELM), // 58
  spec('data-error', ELM), // 58
  spec('stopped', ELM), // 59
  spec('can-error', ELM),
  spec('lv-reset', ELM), // 60
  spec('act-alert', ELM), // 60
  spec('unplug', { ...ELM, mayLast: false }), // 1 to 6
  spec('garbage', ELM), // 61
  spec('nul', ELM), // 61
  spec('echo-on', ELM),
  spec('stale-reply', ELM), // 11, 12
  spec('drop-byte', ELM),
  spec('cf-lost', ELM), // 54
  spec('fc-wait:2', ELM), // 56
  spec('fc-wait:40', ELM),
  spec('fc-overflow', ELM), // 55
  spec('wrong-sn', ELM), // 54
  spec('disk:ENOSPC'), // 36, 37
  spec('disk:EIO'), // 37, 38
  spec('disk:EACCES'),
  spec('die', { mayLast: false }), // 40, 41
];

/** The text form of a point for the mock's fault board. */
export function boardText({ kind, at, lasting }: FaultPoint): string {
  return `${kind},after=${at},times=${lasting ? 0 : 1}`;
}

export function onBoard({ kind }: FaultPoint): boolean {
  return !kind.startsWith('disk:') && kind !== 'die';
}

export function nameOf(point: FaultPoint): string {
  return `${point.kind}@${point.at}${point.lasting ? '+' : ''}`;
}
