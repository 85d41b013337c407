import * as z from 'zod/mini';
import type { ProgramRun } from '../program.js';
import { refused } from './compose-program.js';
import { readConfig } from './read-config.js';

const schema = z.object({
  services: z.record(
    z.string(),
    z.object({
      build: z.optional(z.unknown()),
      image: z.optional(z.string()),
      platform: z.optional(z.string()),
      pull_policy: z.optional(z.string()),
    }),
  ),
});

/** Where the image of each selected service comes from, by the service's name. */
export type ServiceImages = z.infer<typeof schema>['services'];

export type ServiceImage = ServiceImages[string];

/** Reads what `compose config --format json` printed; throws `INVALID_ARGUMENT` where it refused, and as `readConfig` does. */
export function parseServiceImages(printed: ProgramRun): ServiceImages {
  if (printed.exitCode !== 0) throw refused('config', printed);
  return readConfig(printed.stdout, schema).services;
}
