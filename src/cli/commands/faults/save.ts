import type { EcuAddress } from '../../../core/index.ts';
import { saveFaults } from '../../../job/index.ts';
import { TOOL } from '../../carry-out-plan.ts';
import type { Outcome } from '../../command.ts';
import type { Context } from '../../context.ts';
import { noneText, titledFaults } from '../../faults-text.ts';
import { plural } from '../../format.ts';
import { openTheCar } from '../../open-car.ts';
import { wrap } from '../../text.ts';
import { faultResult, faultsIn, readAll } from './read.ts';

/** Puts the trouble codes and all that the ECUs keep of them into the archive, to compare with later; clears nothing. */
export async function saveFaultsOf(context: Context, only: EcuAddress | undefined): Promise<Outcome> {
  const car = await openTheCar(context);
  const { ecus, unread } = await readAll(context, car, { only, details: true, info: false });
  const { id } = await saveFaults(car, await context.archive(), { ecus, tool: TOOL, label: 'trouble codes' });
  const found = faultsIn(ecus);
  const title = `Saved   ${(await context.style()).mark(id)}  ${plural(found.length, 'trouble code')}`;
  return {
    result: { faults: found.map((fault) => faultResult(fault, context)), backup: id, unread },
    lines:
      found.length > 0
        ? await titledFaults(context, title, found)
        : [...wrap(title, { width: context.width }), ...wrap(noneText(unread, context), { width: context.width })],
  };
}
