/** A value in the notation of a flag, or its fields. */
export type Spec = string | Readonly<Record<string, string | boolean>>;

/** The value as one writes it behind a flag: fields as CSV, those with odd characters in quotes. */
export function formatSpec(spec: Spec): string {
  if (typeof spec === 'string') return spec;
  return Object.entries(spec)
    .map(([key, value]) => quoted(`${key}=${value}`))
    .join(',');
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
