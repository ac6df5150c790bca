import { describe, expect, it } from 'vitest';
import { KombiError } from '../../src/core/index.ts';
import { diskError, MemoryDisk } from '../support/memory-disk.ts';
import { jsonOf, useBench } from './support/bench.ts';
import { type Computer, computer, driveC } from './support/computer.ts';

const bench = useBench();

const USB = '/dev/ttyUSB0';
const ftdi = { path: USB, vendorId: '0403', productId: '6001', serialNumber: 'A50285BI', manufacturer: 'FTDI' };
const LATENCY = '/sys/bus/usb-serial/devices/ttyUSB0/latency_timer';
const IGNORE_RULE = 'ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", ENV{ID_MM_DEVICE_IGNORE}="1"';
const windowsFtdi = { path: 'COM3', vendorId: '0403', productId: '6001', pnpId: 'FTDIBUS\\VID_0403+PID_6001+A50285BIA\\0000' };
const LATENCY_KEY = `HKLM\\SYSTEM\\CurrentControlSet\\Enum\\${windowsFtdi.pnpId}\\Device Parameters`;
const wired = { '/sys/class/net/enp3s0/device/vendor': '', '/sys/class/net/enp3s0/carrier': '1\n' };
const linkLocal = () => ({ enp3s0: [{ family: 'IPv4', internal: false, address: '169.254.7.7' }] });

const plugged = (say: Computer = {}): Computer => ({ serialPorts: async () => [ftdi], ...say });
const mac = (say: Computer = {}): Computer => ({ platform: 'darwin', ...say });
const windows = (say: Computer = {}): Computer => ({ platform: 'win32', groups: [], disk: driveC, ...say });

/** What is said of one computer: the check, its state, words that stand in it, and the command that mends it. */
type Row = [name: string, computer: Computer, id: string, state: 'ok' | 'advice' | 'problem', words: string, mend?: string];

const ROWS: readonly Row[] = [
  ['a Node that is listed', {}, 'node.version', 'ok', 'Node 22.13.0'],
  [
    'a Node that is too old',
    { node: '20.18.3' },
    'node.version',
    'problem',
    'Node 20.18.3',
    'Install Node 22 or 24 from https://nodejs.org',
  ],
  [
    'a Node between two that are listed',
    { node: '23.1.0' },
    'node.version',
    'problem',
    'Node 23.1.0',
    'Install Node 22 or 24 from https://nodejs.org',
  ],
  ['a newer Node', { node: '25.0.0' }, 'node.version', 'ok', 'Node 25.0.0'],
  [
    'a native part that does not load',
    { serialPorts: () => Promise.reject(new Error('No native build was found')) },
    'serialport.loads',
    'problem',
    'No native build was found',
    'Reinstall kombi: npm ci, or npm install -g kombi',
  ],
  ['no adapter', {}, 'port.none', 'advice', 'No serial port', 'Plug it in, then: sudo dmesg | tail'],
  [
    'a port of the mainboard only',
    { serialPorts: async () => [{ path: '/dev/ttyS0' }] },
    'port.none',
    'advice',
    'No serial port',
    'Plug it in, then: sudo dmesg | tail',
  ],
  ['a chip that is known', plugged(), 'port.name', 'ok', '/dev/ttyUSB0 (0403:6001, FTDI FT232R)'],
  [
    'a chip that is not known',
    { serialPorts: async () => [{ path: '/dev/ttyACM0', vendorId: '1234', productId: 'abcd' }] },
    'port.name',
    'ok',
    '/dev/ttyACM0 (1234:abcd)',
  ],
  ['a Bluetooth port of Linux', { serialPorts: async () => [{ path: '/dev/rfcomm0' }] }, 'port.name', 'ok', '/dev/rfcomm0'],
  [
    'a name by id',
    plugged({ links: { '/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0': '../../ttyUSB0' } }),
    'port.name',
    'ok',
    'elm327:///dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0',
  ],
  ['a port that may be opened', plugged(), 'port.access', 'ok', 'may be opened by you'],
  [
    'Debian without dialout',
    plugged({ closed: [USB], owners: { [USB]: 20 }, files: { '/etc/group': 'root:x:0:\ndialout:x:20:\npetra:x:1000:\n' } }),
    'port.access',
    'problem',
    'only by the group dialout',
    'sudo usermod -a -G dialout "$USER"',
  ],
  [
    'Arch without uucp',
    plugged({ closed: [USB], owners: { [USB]: 987 }, files: { '/etc/group': 'uucp:x:987:\n' } }),
    'port.access',
    'problem',
    'only by the group uucp',
    'sudo usermod -a -G uucp "$USER"',
  ],
  [
    'in dialout since the last login',
    plugged({ closed: [USB], owners: { [USB]: 20 }, files: { '/etc/group': 'dialout:x:20:anna,petra\n' } }),
    'port.access',
    'problem',
    'since you last logged in',
    'Log out and in again',
  ],
  [
    "a port of root's group, as in a container",
    plugged({ closed: [USB], owners: { [USB]: 0 }, files: { '/etc/group': 'root:x:0:\n' } }),
    'port.access',
    'problem',
    'may not be opened',
    'sudo chmod a+rw /dev/ttyUSB0',
  ],
  [
    'another program has it',
    plugged({ files: { '/proc/4711/comm': 'minicom\n' }, links: { '/proc/4711/fd/3': USB } }),
    'port.holder',
    'problem',
    'open in minicom (process 4711)',
    'Close it there, or: kill 4711',
  ],
  [
    'ModemManager runs',
    plugged({
      files: {
        '/proc/800/comm': 'ModemManager\n',
        '/sys/class/tty/ttyUSB0/dev': '188:0\n',
        '/run/udev/data/c188:0': 'E:ID_MM_CANDIDATE=1\n',
      },
    }),
    'port.modem-manager',
    'advice',
    'for a minute',
    `echo '${IGNORE_RULE}' | sudo tee -a /etc/udev/rules.d/70-kombi.rules && sudo udevadm control --reload && sudo udevadm trigger`,
  ],
  [
    'ModemManager runs and is told to leave the device alone',
    plugged({
      files: {
        '/proc/800/comm': 'ModemManager\n',
        '/sys/class/tty/ttyUSB0/device/../../dev': '189:5\n',
        '/run/udev/data/c189:5': 'E:ID_MM_DEVICE_IGNORE=1\n',
      },
    }),
    'port.modem-manager',
    'ok',
    'leaves /dev/ttyUSB0 alone',
  ],
  [
    'a slow latency timer',
    plugged({ files: { [LATENCY]: '16\n' } }),
    'port.latency',
    'advice',
    'latency timer of 16 ms',
    `echo 'SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"' | sudo tee -a /etc/udev/rules.d/70-kombi.rules && sudo udevadm control --reload && sudo udevadm trigger`,
  ],
  ['a quick latency timer', plugged({ files: { [LATENCY]: '1\n' } }), 'port.latency', 'ok', 'latency timer 1 ms'],
  ['an ENET cable', { interfaces: linkLocal }, 'enet.address', 'ok', 'enp3s0 has 169.254.7.7'],
  ['no cable', {}, 'enet.address', 'advice', '169.254.x.x', 'Plug the cable in, switch the ignition on, wait ten seconds'],
  [
    'a cable without an address',
    { files: wired },
    'enet.address',
    'advice',
    '169.254.x.x',
    'sudo ip address add 169.254.1.1/16 dev enp3s0',
  ],
  [
    'a cable without an address under NetworkManager',
    { files: { ...wired, '/proc/600/comm': 'NetworkManager\n' } },
    'enet.address',
    'advice',
    '169.254.x.x',
    'nmcli connection add type ethernet con-name kombi-enet ifname enp3s0 ipv4.method link-local && nmcli connection up kombi-enet',
  ],
  [
    'WiFi and the wired network of the house are no ENET cable',
    {
      files: {
        ...wired,
        '/sys/class/net/wlan0/device/vendor': '',
        '/sys/class/net/wlan0/wireless/x': '',
        '/sys/class/net/wlan0/carrier': '1',
      },
      interfaces: () => ({ enp3s0: [{ family: 'IPv4', internal: false, address: '192.168.1.5' }] }),
    },
    'enet.address',
    'advice',
    '169.254.x.x',
    'Plug the cable in, switch the ignition on, wait ten seconds',
  ],
  [
    'a car that answers',
    {
      gateways: async () => [
        { host: '169.254.12.34', vin: 'WBA6C92010D000001', mac: '001A37000001', diagnosticAddress: 0x10 as never, protocol: 'hsfz' },
      ],
    },
    'enet.discovery',
    'ok',
    'WBA6C92010D000001 at enet://169.254.12.34',
  ],
  ['no car and no way to one', {}, 'enet.discovery', 'ok', 'UDP ports 6811 and 13400'],
  [
    'no car on the cable',
    { interfaces: linkLocal },
    'enet.discovery',
    'advice',
    'No car answers',
    'Switch the ignition on, wait ten seconds, try again',
  ],
  [
    'no car behind ufw',
    { interfaces: linkLocal, files: { '/etc/ufw/ufw.conf': 'ENABLED=yes\n' } },
    'enet.discovery',
    'advice',
    'a firewall is on',
    'sudo ufw allow proto udp from 169.254.0.0/16 port 6811,13400',
  ],
  [
    'no car behind firewalld',
    { interfaces: linkLocal, files: { '/proc/500/comm': 'firewalld\n' } },
    'enet.discovery',
    'advice',
    'a firewall is on',
    'sudo firewall-cmd --add-source-port=6811/udp --add-source-port=13400/udp',
  ],
  [
    'networks that cannot be asked',
    { gateways: () => Promise.reject(new KombiError({ code: 'link.discovery', message: 'EPERM' })) },
    'enet.discovery',
    'problem',
    'EPERM',
    'Allow UDP to ports 6811 and 13400 in the firewall, or name the gateway: --link enet://HOST',
  ],
  ['a disk that syncs', {}, 'archive.writing', 'ok', 'can be written and synced'],
  [
    'a folder that may not be written',
    { disk: failing('open', 'EACCES') },
    'archive.writing',
    'problem',
    'EACCES',
    'Name a folder of yours on a disk of this computer: --archive DIR, or KOMBI_ARCHIVE',
  ],
  [
    'a disk that does not sync files',
    { disk: failing('sync', 'EIO') },
    'archive.writing',
    'problem',
    'EIO',
    'Name a folder of yours on a disk of this computer: --archive DIR, or KOMBI_ARCHIVE',
  ],
  [
    'a disk that does not sync folders',
    { disk: failing('syncDirectory', 'EINVAL') },
    'archive.writing',
    'problem',
    'EINVAL',
    'Name a folder of yours on a disk of this computer: --archive DIR, or KOMBI_ARCHIVE',
  ],
  ['room', {}, 'archive.space', 'ok', '51200 MB free'],
  [
    'no room',
    { volume: async () => ({ freeBytes: 5_000_000, type: 0xef53 }) },
    'archive.space',
    'problem',
    'Only 4 MB free',
    'Free at least 10 MB there, or name another folder: --archive DIR',
  ],
  [
    'an archive in memory',
    { volume: async () => ({ freeBytes: 1e9, type: 0x01021994 }) },
    'archive.kind',
    'problem',
    'tmpfs',
    'Name a folder on a disk: --archive DIR',
  ],
  [
    'an archive on a network drive',
    { volume: async () => ({ freeBytes: 1e9, type: 0x6969 }) },
    'archive.kind',
    'advice',
    'NFS',
    'Write to a disk of this computer and copy afterwards: --archive DIR',
  ],

  [
    'a Mac: a port',
    mac({ serialPorts: async () => [{ ...ftdi, path: '/dev/cu.usbserial-A50285BI' }] }),
    'port.access',
    'ok',
    '/dev/cu.usbserial-A50285BI',
  ],
  [
    'a Mac: the port for incoming calls',
    mac({ serialPorts: async () => [{ path: '/dev/cu.Bluetooth-Incoming-Port' }] }),
    'port.bluetooth',
    'advice',
    'blocks',
    'Use the /dev/cu. port named after the adapter: ls /dev/cu.*',
  ],
  [
    'a Mac: a port that may not be opened',
    mac({ serialPorts: async () => [{ path: '/dev/cu.wch' }], closed: ['/dev/cu.wch'], owners: { '/dev/cu.wch': 0 } }),
    'port.access',
    'problem',
    'may not be opened',
    'sudo chmod a+rw /dev/cu.wch',
  ],
  ['a Mac: no cable', mac(), 'enet.address', 'advice', 'en5 stands for', 'sudo ifconfig en5 inet 169.254.1.1 netmask 255.255.0.0'],

  ['Windows: a port', windows({ serialPorts: async () => [windowsFtdi] }), 'port.name', 'ok', 'COM3 (0403:6001, FTDI FT232R)'],
  [
    'Windows: a slow latency timer',
    windows({
      serialPorts: async () => [windowsFtdi],
      programs: { [`reg query ${LATENCY_KEY} /v LatencyTimer`]: `\r\n${LATENCY_KEY}\r\n    LatencyTimer    REG_DWORD    0x10\r\n\r\n` },
    }),
    'port.latency',
    'advice',
    'latency timer of 16 ms',
    `reg add "${LATENCY_KEY}" /v LatencyTimer /t REG_DWORD /d 1 /f`,
  ],
  [
    'Windows: the port for incoming calls',
    windows({
      serialPorts: async () => [
        { path: 'COM14', pnpId: 'BTHENUM\\{00001101-0000-1000-8000-00805F9B34FB}_LOCALMFG&0000\\8&1D08283&0&000000000000_00000025' },
      ],
    }),
    'port.bluetooth',
    'advice',
    'COM14 waits to be called',
    'Use the port that Bluetooth settings, More options, COM ports calls outgoing',
  ],
  [
    'Windows: the port that calls',
    windows({
      serialPorts: async () => [
        { path: 'COM15', pnpId: 'BTHENUM\\{00001101-0000-1000-8000-00805F9B34FB}_LOCALMFG&001D\\8&1D08283&0&00043E9C1122_C00000000' },
      ],
    }),
    'port.name',
    'ok',
    'COM15',
  ],
  [
    'Windows: no cable',
    windows(),
    'enet.address',
    'advice',
    'Windows takes one',
    'netsh interface ipv4 set address name="Ethernet" source=dhcp',
  ],
  ['Windows: the disk', windows(), 'archive.writing', 'ok', 'syncs no folder'],
];

function failing(operation: string, code: string): MemoryDisk {
  const disk = new MemoryDisk();
  disk.before = (call) => {
    if (call.operation === operation) throw diskError(code);
  };
  return disk;
}

describe('doctor', () => {
  it.each(ROWS)('%s', async (_, says, id, state, words, mend) => {
    const env = says.platform === 'win32' ? { KOMBI_ARCHIVE: 'C:\\Users\\Petra\\archive' } : {};
    const run = await bench.run(['doctor', '--json'], { computer: computer(says), env });
    const { result } = jsonOf(run);
    const checks = result.checks as { id: string; state: string; text: string; mend?: string }[];
    const check = checks.find((each) => each.id === id);
    expect(check).toEqual({ id, state, text: expect.stringContaining(words), ...(mend === undefined ? {} : { mend }) });
    const problems = checks.filter((each) => each.state === 'problem').length;
    expect([result.problems, run.exit]).toEqual([problems, problems === 0 ? 0 : 3]);
  });

  it('tells each check in a line, and what mends it in one that can be copied', async () => {
    const closed = plugged({ closed: [USB], owners: { [USB]: 20 }, files: { '/etc/group': 'dialout:x:20:\n' } });
    const run = await bench.run(['doctor'], { computer: computer(closed), columns: 60, answers: [] });
    expect(run.exit).toBe(3);
    expect(run.stdout).toContain('ok       Node 22.13.0\n');
    expect(run.stdout).toContain(
      [
        'problem  /dev/ttyUSB0 may not be opened by you, only by the',
        '         group dialout; afterwards log out and in again',
        '         sudo usermod -a -G dialout "$USER"\n',
      ].join('\n'),
    );
    expect(run.stderr).toContain('1 problem on this computer');
  });

  it('leaves nothing behind, and writes only with --fix and where it may', async () => {
    const disk = new MemoryDisk();
    const slow = () => plugged({ disk, files: { [LATENCY]: '16\n' }, writable: [LATENCY] });
    const latency = (run: { stdout: string }) => jsonOf(run).result.checks.find(({ id }: { id: string }) => id === 'port.latency').state;
    const mine = computer(slow());
    expect(latency(await bench.run(['doctor', '--json'], { computer: mine }))).toBe('advice');
    expect(await mine.readText(LATENCY)).toBe('16\n');
    expect(latency(await bench.run(['doctor', '--fix', '--json'], { computer: mine }))).toBe('ok');
    expect(await mine.readText(LATENCY)).toBe('1');
    const notMine = computer({ ...slow(), writable: [] });
    expect(latency(await bench.run(['doctor', '--fix', '--json'], { computer: notMine }))).toBe('advice');
    expect(disk.files()).toEqual([]);
  });
});
