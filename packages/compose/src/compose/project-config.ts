import * as z from 'zod/mini';
import { readConfig } from './read-config.js';

const texts = z.array(z.string());
const pairs = z.record(z.string(), z.nullable(z.string()));
const limit = z.union([z.number(), z.object({ soft: z.number(), hard: z.number() })]);

const buildSchema = z.strictObject({
  additional_contexts: z.optional(pairs),
  args: z.optional(pairs),
  cache_from: z.optional(texts),
  cache_to: z.optional(texts),
  context: z.optional(z.string()),
  dockerfile: z.optional(z.string()),
  dockerfile_inline: z.optional(z.string()),
  entitlements: z.optional(texts),
  extra_hosts: z.optional(texts),
  isolation: z.optional(z.string()),
  labels: z.optional(pairs),
  network: z.optional(z.string()),
  no_cache: z.optional(z.boolean()),
  platforms: z.optional(texts),
  privileged: z.optional(z.boolean()),
  pull: z.optional(z.boolean()),
  secrets: z.optional(z.array(z.object({ source: z.string(), target: z.optional(z.string()) }))),
  shm_size: z.optional(z.string()),
  ssh: z.optional(texts),
  tags: z.optional(texts),
  target: z.optional(z.string()),
  ulimits: z.optional(z.record(z.string(), limit)),
});

const serviceSchema = z.object({
  build: z.optional(buildSchema),
  depends_on: z.optional(z.record(z.string(), z.unknown())),
  image: z.optional(z.string()),
  platform: z.optional(z.string()),
  pull_policy: z.optional(z.string()),
});

const configSchema = z.object({
  name: z.string(),
  secrets: z.optional(
    z.record(
      z.string(),
      z.object({ environment: z.optional(z.string()), file: z.optional(z.string()) }),
    ),
  ),
  services: z.record(z.string(), serviceSchema),
});

export type ServiceConfig = z.infer<typeof serviceSchema>;
export type BuildConfig = z.infer<typeof buildSchema>;

/** The parts of a resolved project that matter to builds. */
export type ProjectConfig = z.infer<typeof configSchema>;

/** Reads what `compose config --format json` printed; throws as `readConfig` does. */
export function parseProjectConfig(text: string): ProjectConfig {
  return readConfig(text, configSchema);
}
