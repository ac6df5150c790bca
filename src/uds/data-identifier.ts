import type { Did } from '../core/index.ts';
import { SERVICE } from './services.ts';

/** Service and DID in front of the data of an answer to {@link encodeReadDid}. */
const DATA_OFFSET = 3;

/** `22 <did>`. */
export function encodeReadDid(did: Did): Uint8Array {
  return Uint8Array.of(SERVICE.readDataByIdentifier, did >> 8, did & 0xff);
}

/** The data behind `62 <did>`, a view of the answer. */
export function decodeReadDid(answer: Uint8Array): Uint8Array {
  return answer.subarray(DATA_OFFSET);
}

/** `2E <did> <data>`: what it would take to write, for whoever may. */
export function encodeWriteDid(did: Did, data: Uint8Array): Uint8Array {
  const request = new Uint8Array(DATA_OFFSET + data.length);
  request[0] = SERVICE.writeDataByIdentifier;
  request[1] = did >> 8;
  request[2] = did & 0xff;
  request.set(data, DATA_OFFSET);
  return request;
}
