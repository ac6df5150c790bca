import * as z from 'zod';

/** Fields that many results have. */
export const hex = z
  .string()
  .regex(/^(?:[0-9A-F]{2})*$/)
  .describe('upper-case hex without spaces');
export const address = z
  .string()
  .regex(/^[0-9A-F]{2}$/)
  .describe('ECU address, two hex digits');
export const did = z
  .string()
  .regex(/^[0-9A-F]{4}$/)
  .describe('block, four hex digits');
export const vin = z.string().length(17);
export const port = z.int().min(1).max(65_535);
export const id = z.string().regex(/^[0-9a-f]{16}$/);
export const label = z.string();
export const cited = z.looseObject({ id: z.string(), title: z.string() });
export const path = z.string();
export const evidence = z.string().describe('how well it is known what it means');
export const sources = z.array(z.string()).describe('ids; `diagnose --explain sources` names them');
