import { HEX_BYTE } from '../fault-kind.ts';
import { type CarriageFaults, NETWORK_FAULTS, refuseAfter, refuseInstead } from '../network/index.ts';

/** The faults of a gateway that speaks DoIP. */
export const DOIP_FAULTS: CarriageFaults = {
  ...NETWORK_FAULTS,
  'doip-nack': {
    value: HEX_BYTE,
    does: 'refuses the request with this code (02 to 08) in place of the acknowledge, and does not deliver',
    apply: refuseInstead,
  },
  'doip-nack-after': {
    value: HEX_BYTE,
    does: 'delivers, and refuses with this code in place of everything else',
    apply: refuseAfter,
  },
};

/** The faults of the routing activation; each counts the requests for one. */
export const ACTIVATION_FAULTS = {
  'doip-activation': { value: HEX_BYTE, does: 'refuses the routing activation with this code, such as 07: TLS only' },
} as const;
