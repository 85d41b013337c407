/**
 * What `--metadata-file` holds: the exporter's answer under buildx's keys, the names of the image, and
 * what a result format adds.
 */
export function formatMetadata(
  names: readonly string[] | undefined,
  exporterResponse: Readonly<Record<string, string>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const all: Record<string, unknown> = {
    ...(names?.length && { 'image.name': names.join(',') }),
    ...decodeExporterResponse(exporterResponse),
    ...more,
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As buildx does it: base64 of a JSON object, or of a list of them, becomes that; all else stays text. */
export function decodeExporterResponse(
  response: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(response).map(([key, text]) => [key, decodeJson(text) ?? text]),
  );
}

function decodeJson(text: string): object | undefined {
  // Buffer decodes anything; only what encodes back to the same was base64.
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isFilledObject(value) ||
      (Array.isArray(value) && value.length > 0 && value.every(isFilledObject))
      ? (value as object)
      : undefined;
  } catch {
    return undefined;
  }
}

function isFilledObject(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length > 0
  );
}
