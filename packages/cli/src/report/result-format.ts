import type { BuildOutcome, LoadResult } from '@warmdock/core';
import type { VertexWarning } from '@warmdock/core/buildkit';
import { formatLastLine } from './last-line.js';
import { formatMetadata } from './metadata.js';

/** A build that has succeeded. */
export interface FinishedBuild {
  readonly outcome: BuildOutcome;
  /** Each once. */
  readonly warnings: readonly VertexWarning[];
  /** From the start of the process: what the command took is what its user waited for. */
  readonly totalMs: number;
}

/** Whose words the results of a build are in. */
export interface ResultFormat {
  /** What `--metadata-file` gets. */
  metadataOf(
    build: FinishedBuild,
    exporterResponse: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>>;
  /** What closes the progress, for people. */
  lastLine?(load: LoadResult | undefined, totalMs: number): string;
}

/** As the daemon names the image, and with it buildx: empty for a result that is none. */
export function imageIdOf({ load, configDigest, digest }: BuildOutcome): string {
  return load?.imageId ?? configDigest ?? digest ?? '';
}

/** Warmdock's own: with what became of the load. */
export const warmdockResultFormat: ResultFormat = {
  metadataOf: async ({ outcome: { load }, totalMs }, exporterResponse) =>
    formatMetadata(
      load?.tags,
      exporterResponse,
      load && { 'warmdock.load': loadMetadata(load, totalMs) },
    ),
  lastLine: formatLastLine,
};

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
