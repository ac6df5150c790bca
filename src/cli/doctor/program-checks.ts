import { messageOf } from '../../core/index.ts';
import type { SerialPortInfo } from '../../transport/serial/index.ts';
import type { Check } from './check.ts';
import type { PlatformFacts } from './platform-facts.ts';

export function checkNode({ node, engines }: PlatformFacts): Check {
  return satisfies(node, engines)
    ? { id: 'node.version', state: 'ok', text: `Node ${node}` }
    : {
        id: 'node.version',
        state: 'problem',
        text: `Node ${node} is not one that kombi is made for (${engines})`,
        mend: 'Install Node 22 or 24 from https://nodejs.org',
      };
}

/**
 * Whether a version is within a range of package.json.
 *
 * @param range alternatives, `^1.2.3` or `>=1.2.3`, with `||` between them
 */
export function satisfies(version: string, range: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return range.split('||').some((alternative) => {
    const [, how, least] = /^(\^|>=)(\d+\.\d+\.\d+)$/.exec(alternative.trim()) ?? [];
    const [atMajor = Number.NaN, atMinor = 0, atPatch = 0] = (least ?? '').split('.').map(Number);
    if (major !== atMajor) return how === '>=' && major > atMajor;
    return minor > atMinor || (minor === atMinor && patch >= atPatch);
  });
}

/** Whether serial ports can be used at all, and which there are. */
export async function checkSerialport(facts: PlatformFacts): Promise<{ readonly check: Check; readonly ports: readonly SerialPortInfo[] }> {
  try {
    const ports = await facts.serialPorts();
    return { check: { id: 'serialport.loads', state: 'ok', text: 'serialport and its native part load' }, ports };
  } catch (error) {
    const text = `Serial ports cannot be used: ${messageOf(error)}`;
    return {
      check: { id: 'serialport.loads', state: 'problem', text, mend: 'Reinstall kombi: npm ci, or npm install -g kombi' },
      ports: [],
    };
  }
}
