import * as z from 'zod';
import { path } from './fields.ts';

const checks = z.array(
  z.looseObject({
    id: z.string().describe('what was looked at, such as port.access'),
    state: z.enum(['ok', 'advice', 'problem']),
    text: z.string(),
    mend: z.string().optional().describe('what mends it, where possible a command'),
  }),
);

/** Results of the commands on the program and this computer. */
export const PROGRAM_RESULTS = {
  doctor: z.looseObject({
    platform: z.string(),
    checks,
    problems: z.int().describe('above 0 the exit status is 3'),
  }),
  'support-bundle': z.looseObject({
    path,
    holds: z.looseObject({ checks: z.int(), adapters: z.int(), jobs: z.int(), traceLines: z.int() }),
  }),
  demo: z.looseObject({
    steps: z.array(z.looseObject({ link: z.string(), shown: z.array(z.int()), after: z.string() })),
    equal: z.boolean().describe('whether the whole car ended as it began'),
  }),
  schema: z.looseObject({ commands: z.array(z.string()).optional(), schema: z.looseObject({}).optional() }),
  completion: z.looseObject({ shell: z.string(), script: z.string() }),
};
