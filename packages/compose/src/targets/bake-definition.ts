import { WarmdockError } from '@warmdock/core';
import * as z from 'zod/mini';

const texts = z.array(z.string());
/** A key without a value is as good as absent. */
const pairs = z.record(z.string(), z.nullable(z.string()));

/** A string in the notation of a flag, or its fields. */
const field = z.union([z.string(), z.boolean()]);
const spec = z.union([z.string(), z.record(z.string(), field)]);
const sshSpec = z.union([z.string(), z.object({ id: z.string(), paths: z.optional(texts) })]);

const targetSchema = z.strictObject({
  annotations: z.optional(texts),
  args: z.optional(pairs),
  attest: z.optional(z.array(spec)),
  'cache-from': z.optional(z.array(spec)),
  'cache-to': z.optional(z.array(spec)),
  call: z.optional(z.string()),
  context: z.optional(z.string()),
  contexts: z.optional(pairs),
  description: z.optional(z.string()),
  dockerfile: z.optional(z.string()),
  'dockerfile-inline': z.optional(z.string()),
  entitlements: z.optional(texts),
  'extra-hosts': z.optional(pairs),
  labels: z.optional(pairs),
  network: z.optional(z.string()),
  'no-cache': z.optional(z.boolean()),
  'no-cache-filter': z.optional(texts),
  output: z.optional(z.array(spec)),
  platforms: z.optional(texts),
  pull: z.optional(z.boolean()),
  secret: z.optional(z.array(spec)),
  'shm-size': z.optional(z.string()),
  ssh: z.optional(z.array(sshSpec)),
  tags: z.optional(texts),
  target: z.optional(z.string()),
  ulimits: z.optional(texts),
});

const definitionSchema = z.object({
  group: z.optional(z.record(z.string(), z.object({ targets: z.nullish(texts) }))),
  target: z.record(z.string(), targetSchema),
});

/** A target as `buildx bake --print` and `compose build --print` write it, nothing passed through to resolve. */
export type BakeTarget = z.infer<typeof targetSchema>;

/** What `--print` prints. */
export type BakeDefinition = z.infer<typeof definitionSchema>;

/** Reads what `program` printed. Throws `PROTOCOL`, and `UNSUPPORTED` for a key of a later bake. */
export function parseBakeDefinition(text: string, program: string): BakeDefinition {
  const result = z.safeParse(definitionSchema, parseJson(text, program));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.');
  throw issue?.code === 'unrecognized_keys'
    ? new WarmdockError('UNSUPPORTED', `bake key ${issue.keys.join(', ')} of ${place} is not known`)
    : new WarmdockError('PROTOCOL', `cannot read what ${program} printed: ${place} is malformed`);
}

function parseJson(text: string, program: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WarmdockError('PROTOCOL', `cannot read what ${program} printed: it is no JSON`, {
      cause,
    });
  }
}
