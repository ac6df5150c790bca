import { escapeText } from '../escape.ts';
import { spacedHex } from '../format.ts';
import { hexRows } from '../hex-rows.ts';
import type { BackupReport, BlockReport, EcuReport } from './backup-report.ts';

/** What Markdown, or HTML inside it, would take for its own. */
const ACTIVE = /[\\`*_{}[\]()<>#!|~&]/g;

export function markdownReport({ title, facts, notes, ecus }: BackupReport): string {
  const parts = [
    `# ${plain(title)}`,
    pairs(facts),
    ...notes.map(plain),
    ...ecus.flatMap((ecu) => [
      `## ${plain(ecu.title)}`,
      ...(ecu.facts.length > 0 ? [pairs(ecu.facts)] : []),
      ...codes(ecu),
      ...ecu.blocks.map(block),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function codes({ troubleCodes }: EcuReport): string[] {
  if (troubleCodes.length === 0) return [];
  const rows = troubleCodes.map(({ code, status, text }) => `| ${code} | ${status} | ${plain(text)} |`);
  return [`| trouble code | status | meaning |\n|---|---|---|\n${rows.join('\n')}`];
}

function block({ did, length, hex, layout }: BlockReport): string {
  const heading = `### ${did}${layout === undefined ? '' : ` ${plain(layout.name)}`}\n\n${length} bytes`;
  const rows = hex === '' ? '' : `\n\n\`\`\`text\n${hexRows(hex, 0, Number.POSITIVE_INFINITY).join('\n')}\n\`\`\``;
  if (layout === undefined) return heading + rows;
  const parameters = layout.parameters.map(({ name, offset, hex: bytes }) => `| ${plain(name)} | ${offset} | \`${spacedHex(bytes)}\` |`);
  const hidden = layout.hidden.length > 0 ? `\n\nHidden messages: ${layout.hidden.join(', ')}` : '';
  return `${heading}; layout known by: ${layout.evidence}${rows}\n\n| parameter | from byte | bytes |\n|---|---|---|\n${parameters.join('\n')}${hidden}`;
}

function pairs(facts: readonly (readonly [string, string])[]): string {
  return ['| | |', '|---|---|', ...facts.map(([label, value]) => `| ${plain(label)} | ${plain(value)} |`)].join('\n');
}

/** Text from a car or a person: one line, and nothing in it is markup. */
function plain(text: string): string {
  return escapeText(text).replace(ACTIVE, '\\$&');
}
