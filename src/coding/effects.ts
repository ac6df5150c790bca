import {
  type BlockLayout,
  type Catalog,
  type CheckControlMask,
  checkControlId,
  type Label,
  layoutFits,
  type MessageSubject,
  weakestEvidence,
} from '../catalog/index.ts';
import type { Did, EcuAddress, Evidence } from '../core/index.ts';
import type { BlockChange } from './change.ts';

/** What one flipped bit means to the driver. */
export interface Effect {
  readonly ecu: EcuAddress;
  readonly did: Did;
  /** Where in the block. */
  readonly offset: number;
  readonly bit: number;
  /** The bit's new value. */
  readonly value: 0 | 1;
  readonly messageId: number;
  /** `unknown message` where the catalog does not know the id. */
  readonly label: Label;
  readonly becomes: 'hidden' | 'shown';
  readonly dangerous: boolean;
  /** Undefined where the catalog does not know the id. */
  readonly subject: MessageSubject | undefined;
  /** The weakest of what is known of place and polarity. */
  readonly evidence: Evidence;
}

const UNKNOWN: Label = { en: 'unknown message', de: 'unbekannte Meldung' };
const BITS = 8;

/** What a change of a block means: one effect for each flipped bit that the layout explains, in the order of the block. */
export function effectsOf(
  change: Pick<BlockChange, 'ecu' | 'did' | 'old' | 'new'>,
  layout: BlockLayout | undefined,
  catalog: Catalog,
): readonly Effect[] {
  const mask = layout?.mask;
  if (layout === undefined || mask === undefined || !layoutFits(layout, change.new.length)) return [];
  const evidence = weakestEvidence([layout.evidence, layout.facts.polarity?.evidence ?? 'hypothesis']);
  const effects: Effect[] = [];
  for (let offset = mask.firstOffset; offset < maskEnd(mask, change.new.length); offset += 1) {
    const flipped = (change.old[offset] ?? 0) ^ (change.new[offset] ?? 0);
    for (let bit = 0; bit < BITS; bit += 1) {
      if (((flipped >> bit) & 1) === 0) continue;
      const value = ((change.new[offset] ?? 0) >> bit) & 1 ? 1 : 0;
      const messageId = messageAt(mask, offset, bit);
      const message = catalog.message(messageId);
      effects.push({
        ecu: change.ecu,
        did: change.did,
        offset,
        bit,
        value,
        messageId,
        label: message?.label ?? UNKNOWN,
        becomes: value === mask.shownWhen ? 'shown' : 'hidden',
        dangerous: message?.dangerous ?? false,
        subject: message?.subject,
        evidence,
      });
    }
  }
  return effects;
}

/**
 * `bit 3 off: message 299, emergency call system failed, will not be shown`; what rests on a hypothesis says so instead
 * of promising.
 */
export function describeEffect(effect: Effect, language: keyof Label = 'en'): string {
  const { bit, value, messageId, becomes, evidence } = effect;
  const message = `message ${messageId}, ${effect.label[language]}`;
  const place = `bit ${bit} ${value === 1 ? 'on' : 'off'}`;
  const shown = `${becomes === 'shown' ? '' : 'not '}be shown`;
  if (evidence !== 'hypothesis') return `${place}: ${message}, will ${shown}`;
  return `${place}: by a layout that no car has shown, ${message}, would ${shown}`;
}

export function hidesEmergencyCall(effects: readonly Effect[]): boolean {
  return effects.some(({ becomes, subject }) => becomes === 'hidden' && subject === 'emergency-call');
}

/** What is hidden and warns of danger, or may do so because nobody knows what it says: to hide it is more than to consent to a change. */
export function hiddenDangers(effects: readonly Effect[]): readonly Effect[] {
  return effects.filter(({ becomes, dangerous, subject }) => becomes === 'hidden' && (dangerous || subject === undefined));
}

/** The ids whose bits lie in `length` bytes from `offset` on and hide their message. */
export function hiddenMessages(
  bytes: Uint8Array,
  mask: CheckControlMask,
  range: { readonly offset: number; readonly length: number },
): readonly number[] {
  const hidden: number[] = [];
  const end = Math.min(maskEnd(mask, bytes.length), range.offset + range.length);
  for (let offset = Math.max(mask.firstOffset, range.offset); offset < end; offset += 1) {
    for (let bit = 0; bit < BITS; bit += 1) {
      if ((((bytes[offset] ?? 0) >> bit) & 1) !== mask.shownWhen) hidden.push(messageAt(mask, offset, bit));
    }
  }
  return hidden;
}

function messageAt(mask: CheckControlMask, offset: number, bit: number): number {
  const inside = offset - mask.firstOffset;
  return checkControlId({ group: Math.floor(inside / mask.groupBytes) + 1, byte: inside % mask.groupBytes, bit });
}

function maskEnd(mask: CheckControlMask, blockLength: number): number {
  return Math.min(blockLength, mask.firstOffset + mask.groups * mask.groupBytes);
}
