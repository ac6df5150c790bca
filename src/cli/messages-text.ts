import type { BlockLayout, CheckControlMessage } from '../catalog/index.ts';
import { KombiError } from '../core/index.ts';
import type { Context } from './context.ts';
import { escapeText } from './escape.ts';
import { table } from './text.ts';

const UNKNOWN = { en: 'unknown message', de: 'unbekannte Meldung' } as const;

/** In front of what a layout lets us say about messages: a hypothesis promises nothing. */
export function byLayout({ evidence }: BlockLayout): string {
  return evidence === 'hypothesis' ? 'by a layout that no car has shown, ' : '';
}

/** @throws {KombiError} `usage.message` */
export function parseMessageId(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new KombiError({
    code: 'usage.message',
    message: `"${text}" is not the id of a Check Control message`,
    hint: 'Ids are whole numbers, such as 299. To find one by words: `kombi messages find emergency`',
  });
}

export function messageLabel(message: CheckControlMessage | undefined, { language }: Context): string {
  return (message?.label ?? UNKNOWN)[language];
}

export function messageResult(message: CheckControlMessage, context: Context) {
  const { id, subject, severity, dangerous } = message;
  return { id, label: messageLabel(message, context), subject, severity, dangerous };
}

export function messageTable(messages: readonly CheckControlMessage[], context: Context): string[] {
  return table(
    messages.map((message) => [String(message.id), escapeText(messageLabel(message, context))]),
    context.width,
  );
}
