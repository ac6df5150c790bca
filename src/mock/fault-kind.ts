/** What a kind of fault takes as value, and does: the table of a wire end or of the ECUs. */
export interface FaultKind {
  readonly value?: FaultValue;
  readonly does: string;
}

export interface FaultValue {
  /** For people: `NRC in hex`. */
  readonly form: string;
  readonly pattern: RegExp;
  readonly optional?: true;
}

export const HEX_BYTE: FaultValue = { form: 'two hex digits', pattern: /^[0-9A-Fa-f]{2}$/ };
export const MILLISECONDS: FaultValue = { form: 'milliseconds', pattern: /^\d{1,7}$/ };
export const VOLTS: FaultValue = { form: 'volts', pattern: /^\d{1,2}(\.\d{1,3})?$/ };
