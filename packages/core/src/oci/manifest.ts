import * as z from 'zod/mini';
import { WarmdockError } from '../errors.js';
import type { Descriptor } from './descriptor.js';
import { kindOf, MediaType } from './media-types.js';
import {
  annotationsSchema,
  checkShape,
  descriptorSchema,
  readJson,
  toDescriptor,
} from './wire-schema.js';

/** One image for one platform, or an artifact: a config and layers from the bottom up. */
export interface Manifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Manifests of several platforms, and their attestations. */
export interface Index {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

const common = {
  schemaVersion: z.literal(2),
  mediaType: z.optional(z.string()),
  annotations: annotationsSchema,
};
const manifestSchema = z.looseObject({
  ...common,
  config: descriptorSchema,
  layers: z.nullable(z.array(descriptorSchema)),
});
const indexSchema = z.looseObject({ ...common, manifests: z.nullable(z.array(descriptorSchema)) });
const shapeSchema = z.looseObject({ mediaType: z.optional(z.string()) });

/**
 * Parses a manifest or an index, OCI's or Docker's, whichever it is.
 *
 * `mediaType` inside is optional in OCI; without it the fields decide. A document that has the
 * fields of both is refused, since two readers could take it for different images (CVE-2021-41190).
 * Throws `PROTOCOL`.
 */
export function parseManifestOrIndex(bytes: Uint8Array): Manifest | Index {
  const document = readJson(bytes, 'manifest or index');
  return 'manifests' in checkShape(shapeSchema, document, 'manifest or index')
    ? toIndex(document)
    : toManifest(document);
}

/** Parses the manifest of one image; throws `PROTOCOL`, also when it is an index. */
export function parseManifest(bytes: Uint8Array): Manifest {
  return toManifest(readJson(bytes, 'manifest'));
}

/** Parses an index, or Docker's manifest list; throws `PROTOCOL`, also when it is a manifest. */
export function parseIndex(bytes: Uint8Array): Index {
  return toIndex(readJson(bytes, 'index'));
}

function toManifest(document: unknown): Manifest {
  checkKind(document, 'manifest', ['manifests']);
  const { mediaType = MediaType.ociManifest, ...wire } = checkShape(
    manifestSchema,
    document,
    'manifest',
  );
  const layers = (wire.layers ?? []).map(toDescriptor);
  return {
    kind: 'manifest',
    mediaType,
    config: toDescriptor(wire.config),
    layers,
    ...annotationsOf(wire),
  };
}

function toIndex(document: unknown): Index {
  checkKind(document, 'index', ['config', 'layers', 'fsLayers']);
  const { mediaType = MediaType.ociIndex, ...wire } = checkShape(indexSchema, document, 'index');
  return {
    kind: 'index',
    mediaType,
    manifests: (wire.manifests ?? []).map(toDescriptor),
    ...annotationsOf(wire),
  };
}

function checkKind(
  document: unknown,
  kind: 'manifest' | 'index',
  foreignFields: readonly string[],
): void {
  const shape = checkShape(shapeSchema, document, kind);
  const claimed = shape.mediaType;
  if (claimed !== undefined && kindOf(claimed) !== kind) {
    throw new WarmdockError(
      'PROTOCOL',
      `${kind} expected, but its mediaType is ${JSON.stringify(claimed.slice(0, 160))}`,
    );
  }
  const foreign = foreignFields.find((field) => field in shape);
  if (foreign)
    throw new WarmdockError('PROTOCOL', `${kind} expected, but it has the field ${foreign}`);
}

function annotationsOf({
  annotations,
}: {
  annotations?: Record<string, string> | null | undefined;
}) {
  return annotations ? { annotations } : {};
}
