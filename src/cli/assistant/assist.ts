import { EXIT, type ExitStatus, isKombiError } from '../../core/index.ts';
import type { Context } from '../context.ts';
import type { Io } from '../io.ts';
import { linkAskedFor } from '../open-car.ts';
import { describeError, errorLines } from '../report-error.ts';
import { wrap } from '../text.ts';
import { version } from '../version.ts';
import { AssistedCar, type Execute, StoppedInCommand } from './assisted-car.ts';
import { type CarSummary, summarizeCar } from './car-summary.ts';
import { chooseLink } from './choose-link.ts';
import { KeptLinks } from './kept-links.ts';
import { chooseTask } from './tasks.ts';

/** Leads a person from the adapter to the car and on to what they want, until they leave, or stop it; a job then has come to its end. */
export async function assist(context: Context, execute: Execute): Promise<ExitStatus> {
  try {
    await lead(context, execute);
    return EXIT.done;
  } catch (error) {
    if (error instanceof StoppedInCommand) return error.exit;
    if (!isKombiError(error, 'signal')) throw error;
    await context.say('Stopped. No command was running: the car is as the last one left it.');
    return error.exit;
  }
}

async function lead(context: Context, execute: Execute): Promise<void> {
  await using links = new KeptLinks();
  const io: Io = { ...context.io, makeLink: links.make };
  const style = await context.style();
  const greeting = `kombi ${version} codes BMW control units, carefully. Nothing is written before you have seen it and said so. Ctrl-C leaves at any time.`;
  await context.show([...wrap(style.heading(greeting), { width: context.width }), '']);
  let link = linkAskedFor(context);
  for (;;) {
    link ??= await chooseLink(context);
    if (link === undefined) return;
    const assisted = new AssistedCar(context, { link, io, execute });
    if ((await workOn(assisted, context)) === 'leave') return;
    link = undefined;
  }
}

/** One car, as long as it answers and somebody wants something of it. */
async function workOn(assisted: AssistedCar, context: Context): Promise<'leave' | 'other-car'> {
  for (;;) {
    const summary = await told(context, () => lookAt(assisted, context));
    // Another link may do.
    if (summary === undefined) return 'other-car';
    const task = await chooseTask(assisted, summary);
    if (task === 'leave' || task === 'other-car') return task;
    await told(context, () => task(assisted, summary));
  }
}

async function lookAt(assisted: AssistedCar, context: Context): Promise<CarSummary> {
  await using look = assisted.look();
  const summary = await summarizeCar(look);
  await context.show([...summary.lines, '']);
  return summary;
}

/** What work gives; undefined where it failed, which has been told. A signal is no failure: it ends the assistant. */
async function told<Result>(context: Context, work: () => Promise<Result>): Promise<Result | undefined> {
  const { io, width, globals } = context;
  try {
    return await work();
  } catch (error) {
    if (!isKombiError(error) || isKombiError(error, 'signal') || io.signal.aborted) throw error;
    const look = { style: await context.talkStyle(), width, verbose: globals.verbose };
    // Looking writes nothing, but what it says of the car would seem to be said of the job before.
    io.stderr.write(`${errorLines({ ...describeError(error, io.signal), vehicle: 'unknown' }, look)}\n`);
    return undefined;
  }
}
