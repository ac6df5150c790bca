import type { Context } from '../context.ts';
import { escapeText } from '../escape.ts';
import type { Choice } from '../prompter.ts';

const MOCK = 'mock:f06-sos';
const OTHER = 'other';
const AGAIN = 'again';
const LEAVE = 'leave';

/** How the car is connected, as a link: found, or typed. Undefined: nobody wants to go on. */
export async function chooseLink(context: Context): Promise<string | undefined> {
  const { io } = context;
  for (;;) {
    await context.say('Looking for gateways and serial ports …');
    const found = await io.findLinks();
    const choices: Choice[] = [
      ...found.map(({ link, what }) => ({ value: link, label: escapeText(`${what}  ${link}`) })),
      { value: AGAIN, label: 'Look again', hint: 'Plug the adapter in, ignition on; an ENET cable needs ten seconds.' },
      {
        value: MOCK,
        label: `No car: a mock one, to try everything  ${MOCK}`,
        hint: 'It behaves like a car with this message. Nothing can break.',
      },
      { value: OTHER, label: 'Something else, which I type' },
      { value: LEAVE, label: 'Leave' },
    ];
    if (found.length === 0) await context.say('No adapter and no gateway was found.');
    const prompter = await context.prompter();
    const chosen = await prompter.choose('How is the car connected?', choices, { standard: found[0]?.link ?? MOCK, signal: io.signal });
    if (chosen === LEAVE) return undefined;
    if (chosen === AGAIN) continue;
    if (chosen !== OTHER) return chosen;
    const typed = await prompter.ask('The link, such as enet: or elm327:///dev/ttyUSB0 (empty: back):', io.signal);
    if (typed.trim() !== '') return typed.trim();
  }
}
