import { isObject, type JsonObject } from '../docker/json-file.js';
import { type DockerfileExcerpt, excerptOf, type LineRange } from './dockerfile-excerpt.js';
import type { StatusDetail } from './grpc/status.js';

/** What BuildKit attached to a failed solve. */
export interface StatusDetails {
  /** Digests of the failed steps; a step inside a nested build comes last. */
  readonly vertexes: readonly string[];
  readonly exitCode: number | undefined;
  readonly sources: readonly DockerfileExcerpt[];
  /** A frontend, such as the Dockerfile's, says that it failed. */
  readonly byFrontend: boolean;
}

/**
 * Reads the typed details of a status.
 *
 * BuildKit sends them as JSON of its Go structs (names from their json tags, zero values left out,
 * bytes in base64) under `github.com/moby/buildkit/<type>+json`. Details of other types and shapes
 * are skipped: they only explain an error that is reported anyway.
 */
export function readErrorDetails(details: readonly StatusDetail[]): StatusDetails {
  const bodies = (type: string) =>
    details.filter(({ typeUrl }) => typeUrl === `github.com/moby/buildkit/${type}+json`).map(parse);
  return {
    vertexes: bodies('errdefs.Vertex').flatMap(({ digest }) =>
      typeof digest === 'string' ? digest : [],
    ),
    exitCode: bodies('gatewayapi.ExitMessage')
      .map(({ Code }) => (typeof Code === 'number' ? Code : undefined))
      .at(-1),
    sources: bodies('errdefs.Source').flatMap((source) => sourceExcerpt(source) ?? []),
    byFrontend: bodies('errdefs.Frontend').length > 0,
  };
}

function parse({ value }: StatusDetail): JsonObject {
  try {
    return objectOf(JSON.parse(Buffer.from(value).toString('utf8')));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function sourceExcerpt(source: JsonObject): DockerfileExcerpt | undefined {
  const { filename, data } = objectOf(source.info);
  if (typeof filename !== 'string' || typeof data !== 'string') return undefined;
  const ranges = Array.isArray(source.ranges) ? source.ranges.map(lineRange) : [];
  return excerptOf(filename, Buffer.from(data, 'base64').toString('utf8'), ranges);
}

/** A range that ends before it starts means its first line. */
function lineRange(range: unknown): LineRange {
  const { start, end } = objectOf(range);
  const first = lineOf(start);
  return { start: first, end: Math.max(first, lineOf(end)) };
}

function lineOf(position: unknown): number {
  const { line } = objectOf(position);
  return typeof line === 'number' ? line : 0;
}
