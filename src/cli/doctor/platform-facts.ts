import type { FileSystem } from '../../archive/index.ts';
import type { FoundGateway } from '../../transport/enet/index.ts';
import type { SerialPortInfo } from '../../transport/serial/index.ts';

/** One address of a network interface, as Node tells it. */
export interface InterfaceAddress {
  readonly family: string;
  readonly internal: boolean;
  readonly address: string;
}

/** The disk below a folder. */
export interface Volume {
  readonly freeBytes: number;
  /** On Linux the magic number of the file system. */
  readonly type: number;
}

/**
 * What `doctor` and `support-bundle` ask of the computer, and nothing else: a test gives its own and is a Linux, a Mac or a Windows. What is
 * not there is undefined or empty; only where a promise says so does it throw.
 */
export interface PlatformFacts {
  readonly platform: NodeJS.Platform;
  /** As `process.versions.node` has it: `20.19.0`. */
  readonly node: string;
  /** What package.json asks of Node. */
  readonly engines: string;
  /** The system and its version, for people: `Linux 6.1.0 x64`. */
  readonly system: string;
  readonly user: string;
  readonly home: string;
  readonly host: string;
  /** Ids of the groups that this process is in; none on Windows. */
  readonly groups: readonly number[];
  readonly disk: FileSystem;
  interfaces(): Readonly<Record<string, readonly InterfaceAddress[] | undefined>>;
  /** @throws where the native part of serialport does not load, or its list fails */
  serialPorts(): Promise<readonly SerialPortInfo[]>;
  /** @throws {KombiError} `link.discovery` */
  gateways(): Promise<readonly FoundGateway[]>;
  readText(path: string): Promise<string | undefined>;
  writeText(path: string, text: string): Promise<void>;
  /** Names in a folder. */
  names(path: string): Promise<readonly string[]>;
  /** Where a symbolic link leads, as it is written there. */
  readLink(path: string): Promise<string | undefined>;
  /** The id of the group that a file belongs to. */
  groupOf(path: string): Promise<number | undefined>;
  /** Whether this process may read and write a file. */
  mayUse(path: string): Promise<boolean>;
  volume(path: string): Promise<Volume | undefined>;
  /** What a program of the system prints; undefined where it fails. */
  output(program: string, words: readonly string[]): Promise<string | undefined>;
}
