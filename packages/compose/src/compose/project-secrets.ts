import { WarmdockError } from '@warmdock/core';
import type { BakeDefinition } from '../targets/bake-definition.js';
import { formatSpec } from '../targets/spec.js';
import type { ComposeProgram } from './compose-program.js';

/**
 * The environment with the variables that secrets come from, as the project sets them.
 *
 * A variable may stand in an `.env` file, which only compose finds and reads. One that is nowhere is
 * an empty secret, as with compose.
 */
export async function withProjectSecrets(
  definition: BakeDefinition,
  compose: ComposeProgram,
  env: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const unknown = secretVariables(definition).filter((name) => env[name] === undefined);
  if (unknown.length === 0) return env;
  const project = parseEnvironment(await compose.ask('config', '--environment'), unknown);
  return { ...env, ...Object.fromEntries(unknown.map((name) => [name, project.get(name) ?? ''])) };
}

/** Names of the variables that secrets come from. */
export function secretVariables({ target }: BakeDefinition): string[] {
  const specs = Object.values(target).flatMap(({ secret = [] }) => secret.map(formatSpec));
  return specs.flatMap((spec) => /(?:^|,)env=([^,]+)/.exec(spec)?.[1] ?? []);
}

/** Reads lines `NAME=VALUE`. Throws `UNSUPPORTED` for a looked for value of several lines, whose end nobody knows. */
function parseEnvironment(text: string, names: readonly string[]): Map<string, string> {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => /^([A-Za-z_][^=\s]*)=(.*)$/.exec(line));
  return new Map(
    lines.flatMap((line, at): [string, string][] => {
      const [, name = '', value = ''] = line ?? [];
      if (!names.includes(name)) return [];
      if (at + 1 < lines.length && !lines[at + 1]) throw severalLines(name);
      return [[name, value]];
    }),
  );
}

function severalLines(name: string): WarmdockError {
  return new WarmdockError(
    'UNSUPPORTED',
    `secret variable ${name} has several lines in an env file`,
    {
      hint: 'put the secret into a file, or the variable into the environment',
    },
  );
}
