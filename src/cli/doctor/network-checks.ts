import { messageOf } from '../../core/index.ts';
import { linkToGateway } from '../../transport/enet/index.ts';
import type { Check } from './check.ts';
import type { PlatformFacts } from './platform-facts.ts';
import type { RunningProcess } from './processes.ts';

const LINK_LOCAL = /^169\.254\./;

/**
 * What an ENET cable needs: an address in the network that a gateway without DHCP takes (169.254.0.0/16), and its answer to a
 * broadcast. Who uses an ELM327 needs none of it, so nothing here is a problem but a network that cannot be asked at all.
 *
 * @see source: bmw-diagnostics.md §1.4, §2
 */
export async function checkNetwork(facts: PlatformFacts, processes: readonly RunningProcess[]): Promise<readonly Check[]> {
  const found = linkLocal(facts);
  const address: Check =
    found === undefined
      ? await adviseLinkLocal(facts, processes)
      : { id: 'enet.address', state: 'ok', text: `${found.name} has ${found.address}, as an ENET cable needs` };
  return [address, await checkDiscovery(facts, processes, found !== undefined)];
}

function linkLocal(facts: PlatformFacts): { readonly name: string; readonly address: string } | undefined {
  for (const [name, addresses = []] of Object.entries(facts.interfaces())) {
    for (const { family, internal, address } of addresses) {
      if (family === 'IPv4' && !internal && LINK_LOCAL.test(address)) return { name, address };
    }
  }
  return undefined;
}

async function adviseLinkLocal(facts: PlatformFacts, processes: readonly RunningProcess[]): Promise<Check> {
  const advice = { id: 'enet.address', state: 'advice' } as const;
  const text = 'No network port has an address of its own choice (169.254.x.x), which an ENET cable needs';
  if (facts.platform === 'darwin') {
    return {
      ...advice,
      text: `${text}; en5 stands for the port of the cable`,
      mend: 'sudo ifconfig en5 inet 169.254.1.1 netmask 255.255.0.0',
    };
  }
  if (facts.platform === 'win32') {
    return {
      ...advice,
      text: `${text}; Windows takes one after a minute without DHCP, if it may`,
      mend: 'netsh interface ipv4 set address name="Ethernet" source=dhcp',
    };
  }
  const port = await pluggedPort(facts);
  if (port === undefined) return { ...advice, text, mend: 'Plug the cable in, switch the ignition on, wait ten seconds' };
  const hasManager = processes.some(({ name }) => name === 'NetworkManager');
  return {
    ...advice,
    text,
    mend: hasManager
      ? `nmcli connection add type ethernet con-name kombi-enet ifname ${port} ipv4.method link-local && nmcli connection up kombi-enet`
      : `sudo ip address add 169.254.1.1/16 dev ${port}`,
  };
}

/** A wired port with a cable in it that no network has given an address: the likely one. */
async function pluggedPort(facts: PlatformFacts): Promise<string | undefined> {
  const interfaces = facts.interfaces();
  for (const name of await facts.names('/sys/class/net')) {
    const folder = `/sys/class/net/${name}`;
    const isWired = (await facts.names(`${folder}/device`)).length > 0 && (await facts.names(`${folder}/wireless`)).length === 0;
    const hasAddress = interfaces[name]?.some(({ family }) => family === 'IPv4') ?? false;
    if (isWired && !hasAddress && (await facts.readText(`${folder}/carrier`))?.trim() === '1') return name;
  }
  return undefined;
}

async function checkDiscovery(facts: PlatformFacts, processes: readonly RunningProcess[], mayReach: boolean): Promise<Check> {
  const id = 'enet.discovery';
  try {
    const gateways = await facts.gateways();
    if (gateways.length > 0) {
      return {
        id,
        state: 'ok',
        text: `A car answers: ${gateways.map((gateway) => `${gateway.vin} at ${linkToGateway(gateway)}`).join(', ')}`,
      };
    }
  } catch (error) {
    return {
      id,
      state: 'problem',
      text: messageOf(error),
      mend: 'Allow UDP to ports 6811 and 13400 in the firewall, or name the gateway: --link enet://HOST',
    };
  }
  if (!mayReach) return { id, state: 'ok', text: 'Questions to UDP ports 6811 and 13400 leave; no car is there to answer' };
  const firewall = await firewallCommand(facts, processes);
  return {
    id,
    state: 'advice',
    text: `No car answers on UDP ports 6811 and 13400${firewall === undefined ? '' : '; a firewall is on, which may keep its answer out'}`,
    mend: firewall ?? 'Switch the ignition on, wait ten seconds, try again',
  };
}

/** A gateway answers a broadcast from its own address, which a firewall takes for something nobody asked for. */
async function firewallCommand(facts: PlatformFacts, processes: readonly RunningProcess[]): Promise<string | undefined> {
  if (processes.some(({ name }) => name === 'firewalld')) return 'sudo firewall-cmd --add-source-port=6811/udp --add-source-port=13400/udp';
  const ufw = await facts.readText('/etc/ufw/ufw.conf');
  return ufw !== undefined && /^ENABLED=yes$/m.test(ufw) ? 'sudo ufw allow proto udp from 169.254.0.0/16 port 6811,13400' : undefined;
}
