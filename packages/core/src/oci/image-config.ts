import * as z from 'zod/mini';
import type { Digest } from './digest.js';
import type { Platform } from './platform.js';
import { checkShape, digestSchema, readJson } from './wire-schema.js';

/** One step of an image's history, oldest first; steps with `emptyLayer` added no layer. */
export interface HistoryEntry {
  readonly createdBy?: string;
  readonly comment?: string;
  /** RFC 3339. */
  readonly created?: string;
  readonly emptyLayer: boolean;
}

/** The parts of an image config that identify its layers. */
export interface ImageConfig {
  readonly platform: Platform;
  /** Digests of the uncompressed layers, from the bottom up. */
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
  /** RFC 3339. */
  readonly created?: string;
}

const optionalText = z.nullish(z.string());
const historySchema = z.looseObject({
  created: optionalText,
  created_by: optionalText,
  comment: optionalText,
  empty_layer: z.nullish(z.boolean()),
});
const configSchema = z.looseObject({
  os: z.string().check(z.minLength(1)),
  architecture: z.string().check(z.minLength(1)),
  variant: optionalText,
  'os.version': optionalText,
  created: optionalText,
  rootfs: z.looseObject({ type: z.literal('layers'), diff_ids: z.nullable(z.array(digestSchema)) }),
  history: z.nullish(z.array(historySchema)),
});

/** Parses an image config, OCI's or Docker's; throws `PROTOCOL`. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig {
  const wire = checkShape(configSchema, readJson(bytes, 'image config'), 'image config');
  const { os, architecture, variant, created } = wire;
  const version = wire['os.version'];
  return {
    platform: {
      os,
      architecture,
      ...(variant && { variant }),
      ...(version && { 'os.version': version }),
    },
    diffIds: wire.rootfs.diff_ids ?? [],
    history: (wire.history ?? []).map(toHistoryEntry),
    ...(created && { created }),
  };
}

function toHistoryEntry({
  created,
  created_by,
  comment,
  empty_layer,
}: z.output<typeof historySchema>): HistoryEntry {
  return {
    ...(created && { created }),
    ...(created_by && { createdBy: created_by }),
    ...(comment && { comment }),
    emptyLayer: empty_layer ?? false,
  };
}
