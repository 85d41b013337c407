import { WarmdockError } from '../../errors.js';

/**
 * The fields of one line of comma-separated values, as docker's flags write lists.
 *
 * A field in double quotes may hold commas, and quotes written twice (RFC 4180). `what` names the
 * line in the `INVALID_ARGUMENT` thrown for stray quotes.
 */
export function parseCsvFields(line: string, what: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = line[at] === '"' ? quotedField(line, at, what) : plainField(line, at, what);
    fields.push(field.value);
    if (field.end >= line.length) return fields;
    at = field.end + 1;
  }
}

interface Field {
  readonly value: string;
  /** Where the comma or the end of the line stands. */
  readonly end: number;
}

function plainField(line: string, start: number, what: string): Field {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  const value = line.slice(start, end);
  if (value.includes('"')) throw strayQuote(line, what);
  return { value, end };
}

function quotedField(line: string, start: number, what: string): Field {
  const [quoted] = /^"((?:[^"]|"")*)"(?=,|$)/.exec(line.slice(start)) ?? [];
  if (quoted === undefined) throw strayQuote(line, what);
  return { value: quoted.slice(1, -1).replaceAll('""', '"'), end: start + quoted.length };
}

function strayQuote(line: string, what: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot read ${what} ${line}: a quote is not closed or stands inside a field`,
    {
      hint: 'put the whole field into double quotes, and write quotes inside it twice',
    },
  );
}
