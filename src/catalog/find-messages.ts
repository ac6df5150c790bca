import type { Catalog } from './catalog.ts';
import type { CheckControlMessage } from './facts.ts';
import type { MessageText, MessageTexts } from './message-texts.ts';

/** A message that was found; `message` is undefined where only the user's own texts hold it. */
export interface FoundMessage {
  readonly id: number;
  readonly message: CheckControlMessage | undefined;
}

/**
 * Finds messages by words in either language: each must stand in the label, the subject or the user's own text. Case,
 * accents and ways to write an umlaut make no difference, and of words that mean the same (`synonyms.json`) one will do.
 * A number is an id. In the order of ids.
 */
export function findMessages(query: string, catalog: Catalog, texts: MessageTexts = new Map()): readonly FoundMessage[] {
  const terms = termsOf(foldText(query), catalog);
  if (terms.length === 0) return [];
  const found: FoundMessage[] = [];
  const others = [...texts.keys()].filter((id) => catalog.message(id) === undefined).map((id) => ({ id, message: undefined }));
  for (const candidate of [...catalog.messages.map((message) => ({ id: message.id, message })), ...others]) {
    const { id, message } = candidate;
    const text = foldText([...wordsOf(message?.label), message?.subject ?? '', ...wordsOf(texts.get(id))].join(' / '));
    if (terms.every((wordings) => wordings.some((words) => words === String(id) || text.includes(words)))) found.push(candidate);
  }
  return found.sort((left, right) => left.id - right.id);
}

/** A text as it is compared: without case and accents, `ä` as `ae` and both as `a`, one blank between words. */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .replace(/([aou])e/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What has to be found, each in its several wordings: phrases that have synonyms first, then the single words that are left. */
function termsOf(query: string, catalog: Catalog): readonly (readonly string[])[] {
  const groups = catalog.synonyms.map(({ words }) => words.map(foldText));
  const phrases = groups.flat().sort((left, right) => right.length - left.length);
  const terms: (readonly string[])[] = [];
  let rest = ` ${query} `;
  for (const phrase of phrases) {
    if (!rest.includes(` ${phrase} `)) continue;
    rest = rest.replaceAll(` ${phrase} `, '  ');
    terms.push(groups.find((group) => group.includes(phrase)) ?? [phrase]);
  }
  return [...terms, ...rest.split(' ').flatMap((word) => (word === '' ? [] : [[word]]))];
}

function wordsOf(label: MessageText | undefined): readonly string[] {
  return [label?.en ?? '', label?.de ?? ''];
}
