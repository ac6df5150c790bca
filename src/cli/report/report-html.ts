import { escapeText } from '../escape.ts';
import { spacedHex } from '../format.ts';
import { hexRows } from '../hex-rows.ts';
import type { BackupReport, BlockReport, EcuReport } from './backup-report.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; border-top: 1px solid #bbb; padding-top: 1rem; } h3 { font-size: 1rem; }
  table { border-collapse: collapse; } th { text-align: left; font-weight: 600; } th, td { padding: 0.1rem 1rem 0.1rem 0; vertical-align: top; }
  pre, code { font: 13px/1.4 ui-monospace, monospace; } pre { overflow-x: auto; }
  @media print { body { max-width: none; margin: 0; font-size: 10pt; } pre, code { font-size: 8pt; } pre { white-space: pre-wrap; } h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
`;

/** One file that needs no other and runs nothing: its policy says so to the browser too. */
export function htmlReport({ title, facts, notes, ecus }: BackupReport): string {
  const body = [
    `<h1>${plain(title)}</h1>`,
    pairs(facts),
    ...notes.map((note) => `<p>${plain(note)}</p>`),
    ...ecus.map(
      (ecu) =>
        `<section>\n<h2>${plain(ecu.title)}</h2>\n${[...(ecu.facts.length > 0 ? [pairs(ecu.facts)] : []), ...codes(ecu), ...ecu.blocks.map(block)].join('\n')}\n</section>`,
    ),
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${plain(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body.join('\n')}
</body>
</html>
`;
}

function codes({ troubleCodes }: EcuReport): string[] {
  if (troubleCodes.length === 0) return [];
  const rows = troubleCodes.map(
    ({ code, status, text }) => `<tr><td><code>${code}</code></td><td><code>${status}</code></td><td>${plain(text)}</td></tr>`,
  );
  return [`<table>\n<tr><th>trouble code</th><th>status</th><th>meaning</th></tr>\n${rows.join('\n')}\n</table>`];
}

function block({ did, length, hex, layout }: BlockReport): string {
  const lines = [
    `<h3>${did}${layout === undefined ? '' : ` ${plain(layout.name)}`}</h3>`,
    `<p>${length} bytes${layout === undefined ? '' : `; layout known by: ${layout.evidence}`}</p>`,
    ...(hex === '' ? [] : [`<pre>${hexRows(hex, 0, Number.POSITIVE_INFINITY).join('\n')}</pre>`]),
  ];
  if (layout === undefined) return lines.join('\n');
  const rows = layout.parameters.map(
    ({ name, offset, hex: bytes }) => `<tr><td>${plain(name)}</td><td>${offset}</td><td><code>${spacedHex(bytes)}</code></td></tr>`,
  );
  lines.push(`<table>\n<tr><th>parameter</th><th>from byte</th><th>bytes</th></tr>\n${rows.join('\n')}\n</table>`);
  if (layout.hidden.length > 0) lines.push(`<p>Hidden messages: ${layout.hidden.join(', ')}</p>`);
  return lines.join('\n');
}

function pairs(facts: readonly (readonly [string, string])[]): string {
  return `<table>\n${facts.map(([label, value]) => `<tr><th>${plain(label)}</th><td>${plain(value)}</td></tr>`).join('\n')}\n</table>`;
}

/** Text from a car or a person: one line, and nothing in it is markup. */
function plain(text: string): string {
  return escapeText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
