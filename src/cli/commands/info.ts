import { resolveEcu } from '../../coding/index.ts';
import type { EcuAddress } from '../../core/index.ts';
import type { Car, OnProgress } from '../../job/index.ts';
import { readEnergyMode, readMileageKm, readTerminals, readVoltage } from '../../vehicle/index.ts';
import type { CommandSpec } from '../command.ts';
import { carHeading } from '../format.ts';
import { type InfoEcu, infoResult, type LiveValues } from '../info-result.ts';
import { ecuLines, headLines, oneEcuLines, orderLines } from '../info-text.ts';
import { openTheCar } from '../open-car.ts';
import { wrap } from '../text.ts';

export const info: CommandSpec = {
  name: 'info',
  summary: 'which car it is: VIN, I-level, voltage, every ECU that answers',
  description:
    'Looks for the ECUs by asking all at once and by the gateway’s own list. One that is listed and stays silent is shown as silent. What the car does not tell is left out, never guessed.',
  options: [
    { flags: '--ecu <ecu>', help: 'one ECU in full, by name or address, with all that its SVK lists; no other is looked for' },
    { flags: '--order', help: 'the vehicle order in full: every option, E-word and HO-word' },
  ],
  examples: ['kombi info --link enet:', 'kombi info --order --link enet:', 'kombi info --ecu KOMBI --link mock:f06-sos --json'],
  run: async (context, input) => {
    const named = input.text('ecu');
    const only = named === undefined ? undefined : resolveEcu(named, await context.catalog());
    const car = await openTheCar(context);
    const { tell } = await context.progress();
    const ecus = only === undefined ? await everyEcu(car, tell) : [await oneEcu(car, only)];
    const live = await readLiveValues(car, ecus);
    await car.assertSame();
    const style = await context.style();
    const look = { style, width: context.width };
    return {
      result: infoResult(car, live, ecus),
      lines: [
        ...wrap(style.heading(carHeading(car, live.voltage?.volts)), look),
        '',
        ...headLines({ car, live, ecus }, look),
        ...(input.flag('order') ? ['', ...orderLines(car, look)] : []),
        '',
        ...(only === undefined ? ecuLines(ecus, look) : ecus.flatMap((ecu) => oneEcuLines(ecu, look))),
      ],
    };
  },
};

async function readLiveValues({ client, signal }: Car, ecus: readonly InfoEcu[]): Promise<LiveValues> {
  const silent = new Set(ecus.filter(({ identity }) => identity === undefined).map(({ address }) => address));
  const asking = { client, signal, silent };
  return {
    voltage: await readVoltage(asking),
    terminals: await readTerminals(asking),
    energyMode: await readEnergyMode(asking),
    mileageKm: await readMileageKm(asking),
  };
}

async function everyEcu(car: Car, onProgress: OnProgress): Promise<readonly InfoEcu[]> {
  const survey = await car.survey(onProgress);
  const ecus: InfoEcu[] = [];
  for (const [done, ecu] of survey.entries()) {
    onProgress({ step: 'identify', ecu: ecu.address, done, total: survey.length });
    ecus.push({
      ...ecu,
      title: car.catalog.ecu(ecu.address)?.title,
      details: ecu.identity === undefined ? undefined : await car.ecuDetails(ecu.address),
    });
  }
  return ecus;
}

/** @throws {KombiError} `ecu.*` (exit 3) where it does not answer */
async function oneEcu(car: Car, address: EcuAddress): Promise<InfoEcu> {
  const identity = await car.ecu(address);
  const details = await car.ecuDetails(address);
  return { address, name: identity.name, title: car.catalog.ecu(address)?.title, by: [], answers: true, identity, details };
}
