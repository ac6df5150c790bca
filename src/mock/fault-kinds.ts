import { ADAPTER_FAULTS } from './adapter-faults.ts';
import { CABLE_FAULTS } from './dcan/faults.ts';
import { ACTIVATION_FAULTS, DOIP_FAULTS } from './doip/faults.ts';
import { ECU_FAULTS } from './ecu/faults.ts';
import type { FaultKind } from './fault-kind.ts';
import { HSFZ_FAULTS } from './hsfz/faults.ts';
import { CONNECTION_FAULTS } from './network/index.ts';

/**
 * Every fault that can be injected, by kind. Where it strikes says what its `after` counts: requests at an ECU,
 * messages or connections at a gateway, requests or lines at the adapter. ECU faults work over every wire.
 */
export const FAULT_KINDS: Readonly<Record<string, FaultKind>> = {
  ...ECU_FAULTS,
  ...HSFZ_FAULTS,
  ...DOIP_FAULTS,
  ...ACTIVATION_FAULTS,
  ...CONNECTION_FAULTS,
  ...ADAPTER_FAULTS,
  ...CABLE_FAULTS,
};
