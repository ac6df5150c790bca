import * as z from 'zod';
import { type Did, did, type EcuAddress, EVIDENCE, ecuAddress, isVin, lazily, type Vin } from '../core/index.ts';
import type { Label, Statement } from './facts.ts';

/** What the rows of several data files have in common. */
export const schemaParts = lazily(() => {
  const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9A-F]{${digits}}$`), `must be ${digits} upper-case hex digits`);
  const address: z.ZodType<EcuAddress> = hex(2).transform((text) => ecuAddress(Number.parseInt(text, 16)));
  const block: z.ZodType<Did> = hex(4).transform((text) => did(Number.parseInt(text, 16)));
  const cafdId = hex(8);
  const vin: z.ZodType<Vin> = z
    .string()
    .refine(isVin, 'must be a VIN')
    .transform((text) => text as Vin);
  const names = z.array(z.string().min(1)).default([]);
  const count = z.int().min(0);

  const statement = {
    evidence: z.enum(EVIDENCE),
    source: z.string().min(1),
    count: z.int().min(1).optional(),
    who: z.array(z.string().min(1)).optional(),
    note: z.string().min(1).optional(),
  };
  const statementSchema: z.ZodType<Statement> = z.strictObject(statement);

  const labelSchema: z.ZodType<Label> = z.strictObject({ en: z.string().min(1), de: z.string().min(1) });
  return { hex, address, block, cafdId, vin, names, count, statement, statementSchema, labelSchema };
});
