import type { BuildOutcome, Provenance } from '@warmdock/core';
import type { SourcePosition, SourceRange, VertexWarning } from '@warmdock/core/buildkit';
import { parseGoBool } from '@warmdock/core/internal';
import { formatMetadata } from '../report/metadata.js';
import type { ResultFormat } from '../report/result-format.js';
import type { RemoteBuilder } from './choose-build.js';

/** Results as buildx writes them: the load is not mentioned. */
export function dockerResultFormat(
  { name, node }: RemoteBuilder,
  env: NodeJS.ProcessEnv,
): ResultFormat {
  return {
    async metadataOf({ outcome, warnings }, exporterResponse) {
      const isWarned = warnings.length > 0 && parseGoBool(env.BUILDX_METADATA_WARNINGS ?? '');
      return formatMetadata(outcome.tags, preferredDigests(outcome, exporterResponse), {
        'buildx.build.ref': `${name}/${node}/${outcome.ref}`,
        ...provenanceMetadata(await outcome.provenance, provenanceMode(env)),
        ...(isWarned && { 'buildx.build.warnings': warnings.map(warningMetadata) }),
      });
    },
  };
}

/** Of an image that the daemon names by another digest buildx leaves out that of the config. */
function preferredDigests(
  { load, configDigest }: BuildOutcome,
  { 'containerimage.config.digest': config, ...others }: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isKnown = config !== undefined && (!load || load.imageId === configDigest);
  return isKnown ? { 'containerimage.config.digest': config, ...others } : others;
}

/** How much of the provenance the metadata file gets: `BUILDX_METADATA_PROVENANCE`, default `min`. */
export function provenanceMode({
  BUILDX_METADATA_PROVENANCE: mode = '',
}: NodeJS.ProcessEnv): 'min' | 'max' | 'disabled' {
  if (mode === 'max') return 'max';
  return mode === 'disabled' || parseGoBool(mode) === false ? 'disabled' : 'min';
}

/** Of what is made by platform and goes out as one file, as with `--load`, buildx finds no provenance. */
function provenanceMetadata(
  found: ReadonlyMap<string, Provenance> | undefined,
  mode: 'min' | 'max' | 'disabled',
): Record<string, unknown> {
  const provenance = found?.get('');
  if (!provenance) return {};
  const { buildConfig: _, metadata: __, ...least } = provenance;
  return { 'buildx.build.provenance': mode === 'max' ? provenance : least };
}

/** As BuildKit's client writes it: bytes in base64, and nothing that is zero or empty. */
function warningMetadata({ vertex, level, short, detail, url, info, ranges }: VertexWarning) {
  return filled({
    vertex,
    level,
    short: base64(short),
    detail: detail.map(base64),
    url,
    sourceInfo: info && filled({ ...info, data: base64(info.data) }),
    range: ranges.map(rangeMetadata),
  });
}

function rangeMetadata({ start, end }: SourceRange) {
  return filled({ start: start && position(start), end: end && position(end) });
}

function position({ line, character }: SourcePosition) {
  return filled({ line, character });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function filled(fields: Record<string, unknown>): Record<string, unknown> {
  const isFilled = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isFilled(value)));
}
