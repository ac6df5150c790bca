/**
 * HSFZ control words.
 *
 * @see source: bmw-diagnostics §1.1 (third-party code: Wireshark, scapy, gallia, EdiabasLib; 01, 02, 10, 11, 12 and 40
 *   also recorded)
 */
export const HsfzControl = {
  diagnostic: 0x01,
  acknowledge: 0x02,
  terminal15: 0x10,
  identification: 0x11,
  aliveCheck: 0x12,
  statusInquiry: 0x13,
  incorrectTesterAddress: 0x40,
  incorrectControlWord: 0x41,
  incorrectFormat: 0x42,
  incorrectDestination: 0x43,
  messageTooLarge: 0x44,
  notReady: 0x45,
  outOfMemory: 0xff,
} as const;
