import { messageOf } from '../../core/index.ts';
import { checkArchive } from './archive-checks.ts';
import type { Check } from './check.ts';
import { checkNetwork } from './network-checks.ts';
import type { PlatformFacts } from './platform-facts.ts';
import { checkPorts } from './port-checks.ts';
import { listProcesses } from './processes.ts';
import { checkNode, checkSerialport } from './program-checks.ts';

/** Everything that `doctor` looks at. Changes nothing, and sends nothing to a serial port. */
export async function examine(facts: PlatformFacts, archiveDirectory: string): Promise<readonly Check[]> {
  const processes = await listProcesses(facts);
  const { check, ports } = await checkSerialport(facts);
  const groups = await Promise.all([
    surely('port', checkPorts(facts, ports, processes)),
    surely('enet', checkNetwork(facts, processes)),
    surely('archive', checkArchive(facts, archiveDirectory)),
  ]);
  return [checkNode(facts), check, ...groups.flat()];
}

/** What cannot be looked at is not well. */
function surely(what: string, checks: Promise<readonly Check[]>): Promise<readonly Check[]> {
  return checks.catch((error) => [{ id: `${what}.unknown`, state: 'problem', text: `This could not be looked at: ${messageOf(error)}` }]);
}
