import type { LoadResult } from '@warmdock/core';

/**
 * What `--metadata-file` holds: the exporter's answer under buildx's keys, and under `warmdock.load`
 * what became of it, if it was loaded. `totalMs` counts from the start of the process.
 */
export function metadataOf(
  load: LoadResult | undefined,
  exporterResponse: Readonly<Record<string, string>>,
  totalMs: number,
): Record<string, unknown> {
  const names = load?.tags.join(',') ?? '';
  const all: Record<string, unknown> = {
    ...(names !== '' && { 'image.name': names }),
    ...decodeExporterResponse(exporterResponse),
    ...(load && { 'warmdock.load': loadMetadata(load, totalMs) }),
  };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function loadMetadata(
  { outcome, layersTotal, layersSent, bytesSent, timingsMs }: LoadResult,
  totalMs: number,
) {
  const { connect, solve, compare, load } = timingsMs;
  const rounded = Object.entries({ connect, solve, compare, load, total: totalMs }).map(
    ([phase, ms]) => [phase, Math.round(ms * 10) / 10] as const,
  );
  return { outcome, layersTotal, layersSent, bytesSent, timingsMs: Object.fromEntries(rounded) };
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
