/**
 * Everything that takes bytes or words from a stranger, by where they come from: the wires, what ECUs tell of
 * themselves, the mock car's own ends, the archive, other files, and people.
 */
import type { Target } from '../target.ts';
import { ARCHIVE_TARGETS } from './archive-files.ts';
import { DATA_FILE_TARGETS } from './data-files.ts';
import { DIALOGUE_TARGETS } from './dialogue.ts';
import { ECU_DATA_TARGETS } from './ecu-data.ts';
import { MOCK_TARGETS } from './mock-ends.ts';
import { RECIPE_TARGETS } from './recipes.ts';
import { RECORDING_TARGETS } from './recordings.ts';
import { TRACE_TARGETS } from './traces.ts';
import { WIRE_TARGETS } from './wire.ts';
import { WORD_TARGETS } from './words.ts';

/** What comes over a wire. */
export const FROM_WIRES: readonly Target[] = [...WIRE_TARGETS, ...DIALOGUE_TARGETS, ...ECU_DATA_TARGETS, ...MOCK_TARGETS];
/** What comes from an archive. */
export const FROM_ARCHIVES: readonly Target[] = ARCHIVE_TARGETS;
/** What comes from other files, and from people. */
export const FROM_FILES: readonly Target[] = [
  ...DATA_FILE_TARGETS,
  ...TRACE_TARGETS,
  ...RECORDING_TARGETS,
  ...RECIPE_TARGETS,
  ...WORD_TARGETS,
];
/** All of them. */
export const TARGETS: readonly Target[] = [...FROM_WIRES, ...FROM_ARCHIVES, ...FROM_FILES];
