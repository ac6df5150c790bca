import { type EcuIdentity, formatSvkEntry } from '../../vehicle/index.ts';
import type { CommandSpec } from '../command.ts';
import { escapeText } from '../escape.ts';
import { carLine, hexAddress } from '../format.ts';
import { openTheCar } from '../open-car.ts';
import { table, wrap } from '../text.ts';

export const info: CommandSpec = {
  name: 'info',
  summary: 'which car it is: VIN, I-level, voltage, every ECU that answers',
  examples: ['kombi info --link enet:', 'kombi info --link mock:f06-sos --json'],
  run: async (context) => {
    const car = await openTheCar(context);
    const { vin, series, model, iLevels } = car.identity;
    const voltage = (await car.voltage()) ?? null;
    const ignition = await car.ignition();
    const ecus = await car.ecus();
    const iLevel = iLevels?.current ?? null;
    const style = await context.style();
    return {
      result: {
        vin,
        series: series ?? null,
        model: model ?? null,
        iLevel,
        voltage: voltage === null ? null : Math.round(voltage * 10) / 10,
        ignition: ignition === 'unknown' ? null : ignition,
        link: car.transport.description,
        ecus: ecus.map(ecuResult),
      },
      lines: [
        ...wrap(style.heading(await carLine(car)), { width: context.width }),
        ...wrap(`I-level ${escapeText(iLevel ?? 'not told')} · ignition ${ignition} · ${escapeText(car.transport.description)}`, {
          width: context.width,
        }),
        '',
        ...table(ecus.map(ecuRow), context.width),
      ],
    };
  },
};

function ecuResult(ecu: EcuIdentity) {
  return {
    address: hexAddress(ecu.address),
    name: ecu.name,
    serial: ecu.serial ?? null,
    software: ecu.svk?.entries.map(formatSvkEntry) ?? [],
  };
}

/** The coding data stand first: they decide what may be coded. */
function ecuRow(ecu: EcuIdentity): string[] {
  const software = ecuResult(ecu).software.toSorted((left, right) => Number(right.startsWith('CAFD')) - Number(left.startsWith('CAFD')));
  return [hexAddress(ecu.address), escapeText(ecu.name), software.slice(0, 2).map(escapeText).join(' ')];
}
