import { secretValue } from './secret-value.js';

/** The variables that `--env` asks for, the later ones over the earlier; those of `KEY` alone that are not set are left out. */
export function scriptEnvironment(
  entries: readonly string[],
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const entry of entries) {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(entry) ?? [];
    const given = value ?? env[name];
    if (given !== undefined) variables[name] = given;
  }
  return variables;
}

/** Of `--secret-env KEY[=VARIABLE]` and `--secret-file KEY=FILE`. Throws `INVALID_ARGUMENT`, `NOT_FOUND`. */
export function secretScriptEnvironment(
  variables: readonly string[],
  files: readonly string[],
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const entry of variables) {
    const [name, variable = name] = entry.split(/=(.*)/s);
    const place = `--secret-env ${name}`;
    secrets[name ?? ''] = secretValue({ env: variable ?? '' }, place, '.', env);
  }
  for (const entry of files) {
    const [name, file] = entry.split(/=(.*)/s);
    const place = `--secret-file ${name}`;
    secrets[name ?? ''] = secretValue({ file: file ?? '' }, place, '.', env);
  }
  return secrets;
}
