import type { Archive, BackupDraft, BackupEcu } from '../../archive/index.ts';
import { EXIT, KombiError } from '../../core/index.ts';

/** Beside them `silent` and `unstable` stand for a reason. */
const NRC_DIGITS = 2;

interface Lack {
  readonly text: string;
  /** A block that an ECU says it does not show leaves nothing in doubt. */
  readonly isDoubt: boolean;
}

/**
 * The archive, refusing a backup that lacks what could not be read unless it may: what a batch counts as done has to be
 * whole. Nobody sits there to look at each.
 *
 * @param onLack is told what a backup lacks that is saved
 * @throws {KombiError} from `saveBackup`, `backup.incomplete` (exit 3)
 */
export function savingWhole(archive: Archive, { partial, onLack }: { partial: boolean; onLack: (text: string) => void }): Archive {
  return {
    ...archive,
    async saveBackup(draft) {
      const lacks = lacksOf(draft);
      if (!partial && lacks.some(({ isDoubt }) => isDoubt)) throw incompleteError(lacks);
      for (const { text } of lacks) onLack(text);
      return archive.saveBackup(draft);
    },
  };
}

function lacksOf({ ecus }: BackupDraft): readonly Lack[] {
  return ecus.flatMap((ecu): readonly Lack[] => {
    const title = ecu.name === null || ecu.name === ecu.address ? ecu.address : `${ecu.name} ${ecu.address}`;
    if (ecu.silent === true) {
      return [{ isDoubt: true, text: ecu.blocks.length === 0 ? `${title} does not answer.` : `${title} stopped answering.` }];
    }
    if (ecu.refusesAll !== undefined) return [{ isDoubt: true, text: `${title} refuses all that it is asked for.` }];
    const refused = didsOf(ecu, (nrc) => nrc.length === NRC_DIGITS);
    const unread = didsOf(ecu, (nrc) => nrc.length !== NRC_DIGITS);
    return [
      ...(unread === '' ? [] : [{ isDoubt: true, text: `${title} shows these blocks differently each time, or not at all: ${unread}.` }]),
      ...(refused === '' ? [] : [{ isDoubt: false, text: `${title} refuses to show ${refused}.` }]),
    ];
  });
}

function didsOf({ unreadable }: BackupEcu, fits: (nrc: string) => boolean): string {
  return unreadable
    .filter(({ nrc }) => fits(nrc))
    .map(({ did }) => did)
    .join(' ');
}

function incompleteError(lacks: readonly Lack[]): KombiError {
  return new KombiError({
    code: 'backup.incomplete',
    exit: EXIT.refused,
    message: 'Not all could be read, so no backup was saved:',
    items: lacks.map(({ text }) => text),
    hint: 'Switch the ignition on, wait a minute and try again. With `partial: true` in the manifest what can be read is saved.',
  });
}
