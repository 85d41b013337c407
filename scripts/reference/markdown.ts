/** A table of Markdown; empty without rows. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [headings, headings.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}

/** Bars end a cell also in code; what else Markdown reads is escaped outside of it. */
function cell(text: string): string {
  const escaped = text.replaceAll('|', '\\|').split('`');
  return escaped.map((part, at) => (at % 2 === 0 ? escapeText(part) : part)).join('`');
}

function escapeText(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('*', '\\*');
}

export function code(text: string): string {
  return `\`${text}\``;
}
