import { KombiError } from '../core/index.ts';

/** @throws {KombiError} `usage.message` */
export function parseMessageId(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new KombiError({
    code: 'usage.message',
    message: `"${text}" is not the id of a Check Control message`,
    hint: 'Ids are whole numbers, such as 299. To find one by words: `kombi messages find emergency`',
  });
}
