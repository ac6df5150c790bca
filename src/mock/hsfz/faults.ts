import { HEX_BYTE } from '../fault-kind.ts';
import { type CarriageFaults, NETWORK_FAULTS, refuseAfter, refuseInstead } from '../network/index.ts';

/** The faults of a gateway that speaks HSFZ. */
export const HSFZ_FAULTS: CarriageFaults = {
  ...NETWORK_FAULTS,
  'hsfz-error': {
    value: HEX_BYTE,
    does: 'answers with this control word (40 to 45, FF) in place of the acknowledge, and does not deliver',
    apply: refuseInstead,
  },
  'hsfz-error-after': {
    value: HEX_BYTE,
    does: 'delivers, and answers with this control word in place of everything else',
    apply: refuseAfter,
  },
  announce: {
    does: 'announces itself (32 bytes, DIAGADR10BMWVIN…) between acknowledge and answer',
    apply: (carriage) => Object.assign(carriage, { between: 'announcement' }),
  },
};
