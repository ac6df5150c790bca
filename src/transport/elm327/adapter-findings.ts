/** How messages go through an adapter, the best way first. */
export type Rung = 'stn' | 'raw' | 'slow';

/** What traffic has shown of an adapter; absent: not seen yet. */
export interface AdapterTraffic {
  /** It prompts after as many frames as a response digit says. */
  readonly countsAnswers?: boolean;
  /** It loses frames that come without a flow control in between. */
  readonly overruns?: boolean;
  /** Ways that did not carry long messages. */
  readonly failed?: readonly Rung[];
  /** The way by which long messages were proved to arrive both ways. */
  readonly proven?: Rung;
}

/**
 * What an adapter was found to be and to do: the ladder decides by it and by nothing else. A plain value, which may be
 * kept and given again, so that the same adapter need not be asked twice.
 */
export interface AdapterFindings {
  /** As it names itself, escaped: `ELM327 v1.5`, `STN2120 v5.8.1`. It says which adapter it is, never what it can do. */
  readonly name: string;
  /** It has the commands of STN chips. */
  readonly isStn: boolean;
  /** What it said to commands it was asked: yes, or `?`. */
  readonly takes: Readonly<Record<string, boolean>>;
  readonly traffic: AdapterTraffic;
  /** All that it says of itself, serial number included: another adapter of the same name says something else. Absent: not asked. */
  readonly identity?: string;
}

/** What adapters were found to be, by port, from one run of the program to the next. Never a leave to write. */
export interface AdapterNotes {
  find(port: string): Promise<AdapterFindings | undefined>;
  keep(port: string, findings: AdapterFindings): Promise<void>;
}

/** Findings that grow. */
export class FindingsBook {
  #value: AdapterFindings;

  constructor(value: AdapterFindings) {
    this.#value = value;
  }

  get value(): AdapterFindings {
    return this.#value;
  }

  took(command: string, yes: boolean): void {
    if (this.#value.takes[command] === yes) return;
    this.#value = { ...this.#value, takes: { ...this.#value.takes, [command]: yes } };
  }

  saw(traffic: AdapterTraffic): void {
    this.#value = { ...this.#value, traffic: { ...this.#value.traffic, ...traffic } };
  }

  /** Who it is, now known for certain; what was known of somebody else is forgotten. @returns whether that was so */
  identified(identity: string): boolean {
    const { name, isStn, identity: before = identity } = this.#value;
    const isOther = before !== identity;
    this.#value = { ...(isOther ? newFindings(name, isStn) : this.#value), identity };
    return isOther;
  }

  failed(rung: Rung): void {
    const { failed = [] } = this.#value.traffic;
    if (!failed.includes(rung)) this.saw({ failed: [...failed, rung] });
  }
}

export function newFindings(name: string, isStn: boolean): AdapterFindings {
  return { name, isStn, takes: {}, traffic: {} };
}
