import { statSync } from 'node:fs';
import { join } from 'node:path';
import { checkSecretSources } from '../../buildkit/session/secrets.js';
import { WarmdockError } from '../../errors.js';
import type { BuildPlan } from '../plan/build-plan.js';

const defaultName = 'Dockerfile';

const hints: Readonly<Record<string, string>> = {
  context: 'give the directory to build as the last argument',
  dockerfile: 'give the Dockerfile with -f',
};

/**
 * Checks that the plan's directories, Dockerfile and secrets are there before a builder is asked.
 *
 * Returns attributes that depend on what is there: docker and buildx take `dockerfile` where the
 * default `Dockerfile` is absent. Throws `INVALID_ARGUMENT`, and `NOT_FOUND` for a secret's file.
 */
export function validateLocalInputs(plan: BuildPlan): { filename?: string } {
  checkSecretSources(plan.secrets);
  for (const { name, directory } of plan.locals) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot build: the ${name} directory ${directory} is not a directory`,
      {
        hint: hints[name] ?? `give an existing directory for build context ${name}`,
      },
    );
  }
  const folder = plan.locals.find(({ name }) => name === 'dockerfile')?.directory;
  return folder === undefined
    ? {}
    : dockerfileIn(folder, plan.frontendAttrs.filename ?? defaultName);
}

function dockerfileIn(folder: string, filename: string): { filename?: string } {
  if (isThere(join(folder, filename))) return {};
  const lowerCase = filename.toLowerCase();
  if (filename === defaultName && isThere(join(folder, lowerCase))) return { filename: lowerCase };
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot build: there is no Dockerfile at ${join(folder, filename)}`,
    {
      hint: 'name it with -f FILE',
    },
  );
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
