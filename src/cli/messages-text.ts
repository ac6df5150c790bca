import type { BlockLayout, CheckControlMessage, FoundMessage, MessageTexts } from '../catalog/index.ts';
import type { Context } from './context.ts';
import { escapeText } from './escape.ts';
import { table } from './text.ts';

const UNKNOWN = { en: 'unknown message', de: 'unbekannte Meldung' } as const;

/** In front of what a layout lets us say about messages: a hypothesis promises nothing. */
export function byLayout({ evidence }: BlockLayout): string {
  return evidence === 'hypothesis' ? 'by a layout that no car has shown, ' : '';
}

export function messageLabel(message: CheckControlMessage | undefined, { language }: Context): string {
  return (message?.label ?? UNKNOWN)[language];
}

/** The user's own text in the language asked for, else in the one there is. */
export function ownText(id: number, texts: MessageTexts, { language }: Context): string | undefined {
  const text = texts.get(id);
  return text && (text[language] ?? text.en ?? text.de);
}

/** For programs; of an id that the catalog does not hold only what is known. */
export function messageResult({ id, message }: FoundMessage, texts: MessageTexts, context: Context) {
  const text = ownText(id, texts, context);
  return {
    id,
    label: messageLabel(message, context),
    ...(message === undefined ? {} : { subject: message.subject, severity: message.severity, dangerous: message.dangerous }),
    ...(text === undefined ? {} : { text }),
  };
}

/** One row a message: id, label, and the user's own text behind it. */
export function messageTable(messages: readonly FoundMessage[], texts: MessageTexts, context: Context): string[] {
  return table(
    messages.map(({ id, message }) => [String(id), labelWithText({ id, message }, texts, context)]),
    context.width,
  );
}

export function labelWithText({ id, message }: FoundMessage, texts: MessageTexts, context: Context): string {
  const text = ownText(id, texts, context);
  const label = escapeText(messageLabel(message, context));
  return text === undefined ? label : `${label} · ${escapeText(text)}`;
}
