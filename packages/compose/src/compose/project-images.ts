import * as z from 'zod/mini';
import type { ProgramRun } from '../programs/run-program.js';
import type { ComposeProgram } from './compose-program.js';
import { projectRefused } from './compose-program.js';
import { checkPrintsServices } from './compose-version.js';
import { readConfig } from './read-config.js';

const schema = z.object({
  name: z.string(),
  services: z.record(
    z.string(),
    z.object({
      build: z.optional(
        z.object({
          additional_contexts: z.optional(z.record(z.string(), z.nullable(z.string()))),
        }),
      ),
      image: z.optional(z.string()),
      platform: z.optional(z.string()),
      pull_policy: z.optional(z.string()),
    }),
  ),
});

/** Where the images of the selected services come from, which are those that get containers. */
export type ProjectImages = z.infer<typeof schema>;

export type ServiceImages = ProjectImages['services'];

export type ServiceImage = ServiceImages[string];

/**
 * Reads what `compose config --format json` printed. Throws `INVALID_ARGUMENT` where it refused the
 * project, `UNSUPPORTED` for a compose that prints something else, and as `readConfig` does.
 */
export async function readProjectImages(
  printed: ProgramRun,
  compose: ComposeProgram,
): Promise<ProjectImages> {
  if (printed.exitCode !== 0) throw projectRefused('config', printed);
  if (!printed.stdout.startsWith('{')) checkPrintsServices(await compose.version());
  return readConfig(printed.stdout, schema);
}
