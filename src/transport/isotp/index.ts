/**
 * isotp: ISO 15765-2 over classic CAN with extended addressing, as BMW uses it: byte 0 of every frame is an address.
 * Frames to and from bytes, and the two ends of a segmented message as state machines. No I/O and no time: whoever
 * drives them owns N_Bs, N_Cr and the separation time.
 */
export * from './frame.ts';
export * from './receiver.ts';
export * from './sender.ts';
