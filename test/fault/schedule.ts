/** One thing that goes wrong at one point. */
export interface FaultPoint {
  readonly kind: string;
  /** From 0: how many of what the kind counts pass unharmed first. */
  readonly at: number;
  /** Once, or from then on. */
  readonly lasting: boolean;
}

/** What goes wrong in a job, and what again in the recovery after it. */
export interface Schedule {
  readonly job: readonly FaultPoint[];
  readonly recovery: readonly FaultPoint[];
}

/** `nrc:33@4 mute@7+ / power-cut@3`: a `+` stays, what follows the stroke happens in the recovery. */
export function formatSchedule({ job, recovery }: Schedule): string {
  return [...job.map(formatPoint), ...(recovery.length === 0 ? [] : ['/', ...recovery.map(formatPoint)])].join(' ');
}

export function parseSchedule(text: string): Schedule {
  const [job = '', recovery = ''] = text.split('/', 2);
  return { job: parsePoints(job), recovery: parsePoints(recovery) };
}

function formatPoint({ kind, at, lasting }: FaultPoint): string {
  return `${kind}@${at}${lasting ? '+' : ''}`;
}

function parsePoints(text: string): readonly FaultPoint[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const { kind, at, lasting } = /^(?<kind>.+)@(?<at>\d+)(?<lasting>\+?)$/.exec(word)?.groups ?? {};
      if (kind === undefined) throw new Error(`"${word}" is no point of a schedule`);
      return { kind, at: Number(at), lasting: lasting === '+' };
    });
}
