import { KombiError } from '../../core/index.ts';
import type { CommandSpec } from '../command.ts';

export const diagnose: CommandSpec = {
  name: 'diagnose',
  summary: 'the SOS assistant: what is wrong, how sure that is, and what to do next',
  description:
    'Reads what the car knows of its emergency call, asks what only you can know (each question may stay open), and ranks what can be ' +
    'behind the message, with what speaks for and against it and who says so. Then it gives the steps in the order of effort. ' +
    'Without a link, or with --no-car, only your answers count. It only reads; --guide leads through one step with a timer and lets ' +
    "go of the car meanwhile. The points are added up from data that are the project's own judgement: see --json.",
  arguments: [{ syntax: '[problem]', help: 'sos, the emergency call' }],
  options: [
    { flags: '--answers <file>', help: 'answers in YAML or JSON instead of questions; - is stdin' },
    { flags: '--questions', help: 'the questions and their choices, as --answers takes them' },
    { flags: '--no-car', help: 'ask no car' },
    { flags: '--all', help: 'every cause and every step in full' },
    { flags: '--guide <step>', help: 'lead through one step, such as volume-knob' },
    { flags: '--explain <topic>', help: 'costs, prevention, who-does-what, reflash, ista, driving or sources' },
  ],
  examples: [
    'kombi diagnose --link enet:',
    'kombi diagnose sos --link mock:sos-speaker',
    'kombi diagnose sos --no-car --answers answers.yaml --json',
    'kombi diagnose sos --guide volume-knob',
    'kombi diagnose sos --explain costs',
  ],
  run: async (context, input) => {
    const problem = input.argument(0) ?? 'sos';
    if (problem !== 'sos') {
      throw new KombiError({ code: 'usage.problem', message: `"${problem}" is no problem that is known here`, hint: 'Did you mean sos?' });
    }
    const [guide, topic, lists] = [input.text('guide'), input.text('explain'), input.flag('questions')];
    if ([guide !== undefined, topic !== undefined, lists, input.text('answers') !== undefined].filter(Boolean).length > 1) {
      throw new KombiError({
        code: 'usage.option',
        message: '--answers, --questions, --guide and --explain are different things to do',
        hint: 'Give one of them.',
      });
    }
    if (lists) return await (await import('./diagnose/questions.ts')).listQuestions(context);
    if (topic !== undefined) return await (await import('./diagnose/explain.ts')).explainTopic(context, topic);
    if (guide !== undefined) return await (await import('./diagnose/guide.ts')).guideThrough(context, guide);
    return await (await import('./diagnose/run.ts')).runDiagnosis(context, input);
  },
};
