import type { Wire } from '../support/rig.ts';

/** What a fault does to the car by itself, so that it is no fault of the program where that shows afterwards. */
type Meddling = 'block' | 'cafd' | 'archive' | 'unit';

/** What the `at` of a point counts: what the mock's fault board asks about, accesses to disk, or those and messages that leave. */
type Counted = 'board' | 'disk' | 'barrier';

export interface FaultSpec {
  /** As the mock's fault board knows it; `disk:<code>`; or what befalls the laptop. */
  readonly kind: string;
  readonly counts: Counted;
  readonly wires: readonly Wire[];
  /** Whether it can stay and still tells more than its kin; those do for it. */
  readonly mayLast: boolean;
  /** Whether it does nothing but to a `2E`, so that its points are those. */
  readonly writesOnly: boolean;
  readonly meddles: Meddling | undefined;
  /** The rows of reliability.md's failure table that it stands for. */
  readonly rows: readonly number[];
}

const REFUSALS = ['21', '22', '31', '33', '72', '7F'];
const MORE_REFUSALS = ['10', '11', '12', '13', '24', '35', '36', '37', '7E', '83', '88', '92', '93', '5A'];
const GATEWAY_ERRORS = ['43', 'FF'];
const MORE_GATEWAY_ERRORS = ['40', '41', '42', '44', '45'];
const ENET: Partial<FaultSpec> = { wires: ['enet'] };
const ELM: Partial<FaultSpec> = { wires: ['elm327'] };
const ONCE: Partial<FaultSpec> = { mayLast: false };
const WRITES: Partial<FaultSpec> = { writesOnly: true };
const LAPTOP: Partial<FaultSpec> = { counts: 'barrier', mayLast: false };
const DISK: Partial<FaultSpec> = { counts: 'disk' };

/** Every fault of the campaign. */
export const FAULTS: readonly FaultSpec[] = [
  ...REFUSALS.map((nrc) => spec(`nrc:${nrc}`, [18, 19, 20, 21, 22, 23])),
  ...MORE_REFUSALS.map((nrc) => spec(`nrc:${nrc}`, [18, 19, 20, 21, 22, 23], ONCE)),
  spec('nrc-stored:72', [23]),
  spec('nrc-stored:22', [19, 23], ONCE),
  spec('mute', [4, 14]),
  spec('ignore', [4, 14]),
  spec('pending:3', [17], ONCE),
  spec('pending:forever', [17]),
  spec('not-stored', [26], WRITES),
  spec('stores:00', [27], WRITES),
  spec('lies', [26], WRITES),
  spec('lies:flipped', [26, 35], WRITES),
  spec('misread', [35]),
  spec('late-apply:400', [29], { ...WRITES, ...ONCE }),
  spec('reset', [25]),
  spec('drop-session', [24]),
  spec('voltage:11.5', [30], ONCE),
  spec('voltage:12.5', [30], ONCE),
  spec('ignition-off', [31], ONCE),
  spec('engine-on', [31], ONCE),
  spec('foreign-reply', [13], ONCE),
  spec('duplicate-reply', [11], ONCE),
  spec('wrong-did', [13]),
  spec('ext-change', [34], { ...ONCE, meddles: 'block' }),
  spec('other-vin', [32], { ...ONCE, meddles: 'unit' }),
  spec('swap-ecu', [33], { ...ONCE, meddles: 'unit' }),
  spec('lose-cafd', [28], { ...ONCE, meddles: 'cafd' }),
  spec('disconnect', [1, 2, 3, 4, 5, 6, 8], ENET),
  spec('disconnect-after', [4, 5, 6, 8], ENET),
  spec('rst', [7], ENET),
  spec('rst-after', [7], ENET),
  spec('truncate', [10], ENET),
  spec('late:700', [12], { ...ENET, ...ONCE }),
  spec('late:3000', [12], ENET),
  spec('ack-only', [14], ENET),
  spec('no-ack', [14], { ...ENET, ...ONCE }),
  ...gatewayErrors(GATEWAY_ERRORS, ENET),
  ...gatewayErrors(MORE_GATEWAY_ERRORS, { ...ENET, ...ONCE }),
  spec('length:FFFFFFFF', [53], ENET),
  spec('length:00000001', [53], { ...ENET, ...ONCE }),
  spec('alive', [16], { ...ENET, ...ONCE }),
  spec('announce', [16], { ...ENET, ...ONCE }),
  spec('dribble', [10], { ...ENET, ...ONCE }),
  spec('coalesce', [16], { ...ENET, ...ONCE }),
  spec('buffer-full', [58], { ...ELM, ...ONCE }),
  spec('data-error', [58], { ...ELM, ...ONCE }),
  spec('stopped', [59], ELM),
  spec('can-error', [58], ELM),
  spec('lv-reset', [60], ELM),
  spec('act-alert', [60], { ...ELM, ...ONCE }),
  spec('unplug', [1, 2, 3, 4, 5, 6], { ...ELM, ...ONCE }),
  spec('unplug:sent', [3, 4, 5, 6], { ...ELM, ...ONCE }),
  spec('garbage', [61], { ...ELM, ...ONCE }),
  spec('nul', [61], { ...ELM, ...ONCE }),
  spec('echo-on', [61], { ...ELM, ...ONCE }),
  spec('stale-reply', [11, 12], { ...ELM, ...ONCE }),
  spec('drop-byte', [54, 61], ELM),
  spec('cf-lost', [54], ELM),
  spec('wrong-sn', [54], { ...ELM, ...ONCE }),
  spec('fc-wait:2', [56], { ...ELM, ...ONCE }),
  spec('fc-wait:40', [56], ELM),
  spec('fc-overflow', [55], ELM),
  spec('disk:ENOSPC', [36, 37], DISK),
  spec('disk:EIO', [37, 38], DISK),
  spec('disk:EACCES', [36], DISK),
  spec('kill', [40, 41], LAPTOP),
  spec('power-cut', [40, 41], LAPTOP),
  spec('torn-cut', [40, 41, 48], LAPTOP),
  spec('rot-cut', [48], { ...LAPTOP, meddles: 'archive' }),
  spec('clock:forward', [44], LAPTOP),
  spec('clock:back', [44], LAPTOP),
  spec('sleep', [45], LAPTOP),
  spec('interrupt', [39], LAPTOP),
];

const BY_KIND = new Map(FAULTS.map((fault) => [fault.kind, fault]));

function spec(kind: string, rows: readonly number[], options: Partial<FaultSpec> = {}): FaultSpec {
  return { kind, rows, counts: 'board', wires: ['enet', 'elm327'], mayLast: true, writesOnly: false, meddles: undefined, ...options };
}

function gatewayErrors(errors: readonly string[], options: Partial<FaultSpec>): readonly FaultSpec[] {
  return errors.flatMap((error) => [spec(`hsfz-error:${error}`, [15], options), spec(`hsfz-error-after:${error}`, [15], options)]);
}

export function faultOf(kind: string): FaultSpec {
  const fault = BY_KIND.get(kind);
  if (fault === undefined) throw new Error(`there is no fault "${kind}"`);
  return fault;
}
