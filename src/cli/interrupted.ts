import { EXIT, KombiError } from '../core/index.ts';

/** Somebody stopped the program, and nothing was open. */
export function interrupted(exit: typeof EXIT.interrupted | typeof EXIT.terminated): KombiError {
  const code = exit === EXIT.interrupted ? 'signal.interrupted' : 'signal.terminated';
  return new KombiError({ code, message: 'Stopped', exit });
}
