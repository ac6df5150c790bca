import { realpathSync } from 'node:fs';

/** Whether two paths lead to one file that is there. */
export function isSameFile(left: string, right: string): boolean {
  try {
    return realpathSync(left) === realpathSync(right);
  } catch {
    return false;
  }
}
