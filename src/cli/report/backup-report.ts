import type { Exported, ExportedBlock, ExportedEcu } from '../../archive/index.ts';
import { type BlockLayout, type Catalog, layoutFits, parameterNames, parameterRange } from '../../catalog/index.ts';
import { hiddenMessages } from '../../coding/index.ts';
import { did, type Evidence, ecuAddress, isVin, toHex } from '../../core/index.ts';
import { plural } from '../format.ts';

/** A backup as a person reads it, before it is laid out. No text in it is escaped yet. */
export interface BackupReport {
  readonly title: string;
  /** Label and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly notes: readonly string[];
  readonly ecus: readonly EcuReport[];
}

export interface EcuReport {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly troubleCodes: readonly { readonly code: string; readonly status: string; readonly text: string }[];
  readonly blocks: readonly BlockReport[];
}

export interface BlockReport {
  readonly did: string;
  readonly length: number;
  readonly hex: string;
  /** What the bytes are called, where a layout is known that fits. */
  readonly layout: LayoutReport | undefined;
}

interface LayoutReport {
  readonly name: string;
  readonly evidence: Evidence;
  readonly parameters: readonly { readonly name: string; readonly offset: number; readonly hex: string }[];
  /** Ids of the messages that the driver does not see. */
  readonly hidden: readonly number[];
}

/** @param vin of the car itself: the export may be redacted, and layouts are believed by car */
export function backupReport(exported: Exported, { catalog, vin }: { readonly catalog: Catalog; readonly vin: string }): BackupReport {
  const { vehicle, time, label, redacted, ecus } = exported;
  return {
    title: `Backup of ${vehicle.vin}`,
    facts: [
      ['VIN', vehicle.vin],
      ...fact('Model', vehicle.model),
      ...fact('Series', vehicle.series),
      ...fact('I-level', vehicle.iLevel),
      ...fact('Read', time),
      ...fact('Label', label),
      [
        'Holds',
        `${plural(
          ecus.reduce((sum, { blocks }) => sum + blocks.length, 0),
          'block',
        )} of ${plural(ecus.length, 'ECU')}`,
      ],
    ],
    notes: [
      ...(redacted ? ['VIN and serial numbers are replaced by X. What this report is of can authorise no write to a car.'] : []),
      ...(ecus.some(({ troubleCodes }) => troubleCodes !== undefined)
        ? []
        : ['It holds no trouble codes: none were read with it, or not by a program that keeps them.']),
    ],
    ecus: ecus.map((ecu) => ecuReport(ecu, { catalog, vin })),
  };
}

function ecuReport(ecu: ExportedEcu, known: { readonly catalog: Catalog; readonly vin: string }): EcuReport {
  const { address, name, serial, hardware, cafds, unreadable, troubleCodes, blocks } = ecu;
  return {
    title: name === null || name === address ? address : `${name} ${address}`,
    facts: [
      ...fact('Serial', serial ?? undefined),
      ...fact('Hardware', hardware),
      ...fact('Coding data', cafds.length > 0 ? cafds.join(', ') : undefined),
      ...fact('Trouble codes', troubleCodes?.length === 0 ? 'none stored' : undefined),
      ...fact('Not readable', unreadable.length > 0 ? unreadable.map(({ did, nrc }) => `${did} (${nrc})`).join(', ') : undefined),
    ],
    troubleCodes: (troubleCodes ?? []).map(({ code, status }) => ({
      code,
      status,
      text: known.catalog.troubleCode(ecuAddress(Number.parseInt(address, 16)), code)?.label.en ?? 'no public meaning known',
    })),
    blocks: blocks.map((block) => ({
      did: block.did,
      length: block.bytes.length,
      hex: toHex(block.bytes),
      layout: layoutReport(block, ecu, known),
    })),
  };
}

function layoutReport(
  { did: block, bytes }: ExportedBlock,
  { address, cafds }: ExportedEcu,
  { catalog, vin }: { readonly catalog: Catalog; readonly vin: string },
): LayoutReport | undefined {
  const layout = catalog.layout({
    ecu: ecuAddress(Number.parseInt(address, 16)),
    block: did(Number.parseInt(block, 16)),
    cafds: cafds.map((cafd) => cafd.split('_')[1] ?? ''),
    vin: isVin(vin) ? vin : undefined,
  });
  if (layout === undefined || !layoutFits(layout, bytes.length)) return undefined;
  const { name, evidence, mask } = layout;
  const hidden = mask === undefined ? [] : hiddenMessages(bytes, mask, { offset: 0, length: bytes.length });
  return { name, evidence, parameters: rangesOf(layout, bytes), hidden };
}

function rangesOf(layout: BlockLayout, bytes: Uint8Array): LayoutReport['parameters'] {
  return parameterNames(layout).flatMap((text) => {
    const range = parameterRange(layout, text);
    if (range === undefined) return [];
    const { name, offset, length } = range;
    return [{ name, offset, hex: toHex(bytes.subarray(offset, offset + length)) }];
  });
}

function fact(label: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[label, value]];
}
