import { formatDid, formatEcuAddress } from '../core/index.ts';
import type { Catalog } from './catalog.ts';
import { lintDiagnosis, sourcesOfDiagnosis } from './diagnosis-lint.ts';
import { duplicates } from './duplicates.ts';
import type { BlockLayout, MessageSubject, Statement } from './facts.ts';
import { foldText } from './find-messages.ts';
import { lintRecipes } from './recipe-lint.ts';

const COUNTED_BITS = 8;
/** Whatever a message of these says, it warns of danger (house rule). */
const SAFETY_SUBJECTS: ReadonlySet<MessageSubject> = new Set(['brakes', 'restraints', 'steering', 'tyres', 'doors']);

/** What no schema sees: duplicates, references to nothing, ranges that overlap. One sentence each; none is well. */
export function lintCatalog(catalog: Catalog): readonly string[] {
  return [
    ...duplicates(
      'ecu name',
      catalog.ecus.flatMap(({ name, aliases }) => [name, ...aliases].map((text) => text.toUpperCase())),
    ),
    ...duplicates(
      'ecu address',
      catalog.ecus.map(({ address }) => formatEcuAddress(address)),
    ),
    ...catalog.ecus.flatMap(({ name, aliases }) =>
      [name, ...aliases].filter((text) => /^[0-9A-F]{2}$/i.test(text)).map((text) => `ecu name ${text} reads as an address`),
    ),
    ...duplicates(
      'layout',
      catalog.layouts.map(({ id }) => id),
    ),
    ...catalog.layouts.flatMap((layout) => lintLayout(layout, catalog)),
    ...duplicates(
      'cafd',
      catalog.cafds.map(({ id }) => id),
    ),
    ...catalog.cafds.flatMap(({ id, blocks }) => duplicates(`block of cafd ${id}`, blocks.map(formatDid))),
    ...catalog.cafds
      .filter(({ evidence, vins }) => (evidence === 'synthetic') !== (vins !== undefined && vins.length > 0))
      .map(({ id }) => `cafd ${id}: synthetic data, and no others, name their test VINs`),
    ...catalog.protectedBlocks
      .filter(({ first, last }) => first > last)
      .map(({ first }) => `protected blocks ${formatDid(first)}: ends before it starts`),
    ...duplicates(
      'message',
      catalog.messages.map(({ id }) => String(id)),
    ),
    ...catalog.messages.filter(({ id }) => id >= maskedIds(catalog)).map(({ id }) => `message ${id} has no bit in any mask`),
    ...catalog.messages
      .filter(({ subject, severity, dangerous }) => !dangerous && (severity === 'stop' || SAFETY_SUBJECTS.has(subject)))
      .map(({ id }) => `message ${id}: by its subject or severity it warns of danger, and is not marked so`),
    ...duplicates(
      'synonym',
      catalog.synonyms.flatMap(({ words }) => words.map(foldText)),
    ),
    ...duplicates(
      'trouble code',
      catalog.troubleCodes.map(({ ecu, code }) => `${ecu === undefined ? 'any' : formatEcuAddress(ecu)}:${code}`),
    ),
    ...duplicates(
      'named code',
      catalog.namedCodes.map(({ code, by }) => `${code} by ${by}`),
    ),
    ...duplicates(
      'type key',
      catalog.models.map(({ typeKey }) => typeKey),
    ),
    ...lintDiagnosis(catalog.diagnosis),
    ...lintRecipes(catalog),
    ...unknownEcus(catalog),
    ...lintSources(catalog),
  ];
}

/** How many ids the widest masks have bits for. */
function maskedIds(catalog: Catalog): number {
  return Math.max(...catalog.layouts.map(({ mask }) => (mask === undefined ? 0 : mask.groups * mask.groupBytes * COUNTED_BITS)));
}

function lintLayout(layout: BlockLayout, catalog: Catalog): readonly string[] {
  const problems: string[] = [];
  const cafds = layout.cafds.map((id) => ({ id, cafd: catalog.cafds.find((cafd) => cafd.id === id) }));
  for (const { id, cafd } of cafds) {
    if (cafd === undefined) problems.push(`layout ${layout.id}: cafd ${id} is unknown`);
    else if (cafd.ecu !== layout.ecu) problems.push(`layout ${layout.id}: cafd ${id} belongs to another ecu`);
    else if (!cafd.blocks.includes(layout.block)) problems.push(`layout ${layout.id}: cafd ${id} has no block ${formatDid(layout.block)}`);
  }
  const synthetic = cafds.some(({ cafd }) => cafd?.evidence === 'synthetic');
  if ((layout.evidence === 'synthetic') !== synthetic)
    problems.push(`layout ${layout.id}: synthetic facts hold for synthetic cafds, and no others`);
  if ((layout.mask === undefined) === (layout.parameters.length === 0))
    problems.push(`layout ${layout.id}: has either parameters or a mask`);
  problems.push(
    ...duplicates(
      `parameter of layout ${layout.id}`,
      layout.parameters.flatMap(({ name, aliases }) => [name, ...aliases].map((text) => text.toUpperCase())),
    ),
  );
  const ranges = layout.parameters.toSorted((left, right) => left.offset - right.offset);
  ranges.forEach(({ name, offset }, index) => {
    const before = ranges[index - 1];
    if (before !== undefined && before.offset + before.length > offset)
      problems.push(`layout ${layout.id}: ${before.name} and ${name} overlap`);
  });
  return problems;
}

function unknownEcus(catalog: Catalog): readonly string[] {
  const named = [
    ...catalog.layouts.map(({ ecu, id }) => ({ ecu, by: `layout ${id}` })),
    ...catalog.cafds.map(({ ecu, id }) => ({ ecu, by: `cafd ${id}` })),
    ...catalog.troubleCodes.flatMap(({ ecu, code }) => (ecu === undefined ? [] : [{ ecu, by: `trouble code ${code}` }])),
    ...catalog.moduleRisks.map(({ ecu }) => ({ ecu, by: 'module risk' })),
    ...catalog.recipes.flatMap(({ id, variants }) =>
      variants.flatMap(({ ecu }) => (ecu === undefined ? [] : [{ ecu, by: `recipe ${id}` }])),
    ),
  ];
  return named
    .filter(({ ecu }) => catalog.ecu(ecu) === undefined)
    .map(({ ecu, by }) => `${by}: no ecu has the address ${formatEcuAddress(ecu)}`);
}

function lintSources(catalog: Catalog): readonly string[] {
  const statements: readonly Statement[] = [
    ...catalog.ecus,
    ...catalog.cafds,
    ...catalog.protectedBlocks,
    ...catalog.messages,
    ...catalog.troubleCodes,
    ...catalog.namedCodes,
    ...catalog.models,
    ...catalog.moduleRisks,
    ...catalog.recipes.flatMap(({ variants }) => variants),
    ...catalog.layouts.flatMap(({ facts }) => [facts.block, facts.parameters, facts.offsets, ...(facts.polarity ? [facts.polarity] : [])]),
  ];
  const used = new Set([
    ...statements.map(({ source }) => source),
    ...catalog.troubleCodes.flatMap(({ confirmedBy }) => confirmedBy ?? []),
    ...sourcesOfDiagnosis(catalog.diagnosis),
  ]);
  const known = new Set(catalog.sources.map(({ id }) => id));
  return [
    ...duplicates(
      'source',
      catalog.sources.map(({ id }) => id),
    ),
    ...[...used].filter((id) => !known.has(id)).map((id) => `source ${id} is unknown`),
    ...[...known].filter((id) => !used.has(id)).map((id) => `source ${id} is cited by nothing`),
    ...statements
      .filter(({ count, who }) => who !== undefined && who.length !== count)
      .map(({ source }) => `source ${source}: count and who differ`),
  ];
}
