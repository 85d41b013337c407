/** The variables that `--env` asks for, the later ones over the earlier; those of `KEY` alone that are not set are left out. */
export function environmentOf(
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
