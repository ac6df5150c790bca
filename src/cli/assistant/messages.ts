import type { AssistedCar } from './assisted-car.ts';

const EMERGENCY_CALL_FAILED = '299';
const CHOICES = [
  { value: 'active', label: 'Which messages has the car raised?' },
  { value: 'hidden', label: 'Which messages does the car hide?' },
  { value: 'find', label: 'Find a message by its words' },
  { value: 'show', label: 'Look at one: where its bit lies, whether it is shown' },
  { value: 'hide', label: 'Hide one', hint: 'The car no longer says so. It repairs nothing.' },
  { value: 'unhide', label: 'Show one again' },
  { value: 'back', label: 'Back' },
] as const;

/** Check Control messages, until somebody goes back. */
export async function lookAtMessages(assisted: AssistedCar): Promise<void> {
  let chosen: (typeof CHOICES)[number]['value'] = 'active';
  for (;;) {
    const prompter = await assisted.prompter();
    const { signal } = assisted;
    chosen = await prompter.choose('Check Control messages', CHOICES, { standard: chosen, signal });
    if (chosen === 'back') return;
    if (chosen === 'active' || chosen === 'hidden') {
      await assisted.run(['messages', ...(chosen === 'active' ? ['active'] : ['list', '--ecu', 'KOMBI'])]);
      continue;
    }
    const question =
      chosen === 'find' ? 'Which words (empty: SOS)?' : `The number of the message (empty: ${EMERGENCY_CALL_FAILED}, emergency call)?`;
    const words = (await prompter.ask(question, signal)).trim().split(/\s+/).filter(Boolean);
    const standard = chosen === 'find' ? 'SOS' : EMERGENCY_CALL_FAILED;
    await assisted.run(['messages', chosen, ...(words.length > 0 ? words : [standard])]);
  }
}
