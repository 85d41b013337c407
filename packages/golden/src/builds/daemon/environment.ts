/** Variables that a start-up script and its daemon inherit from this process. */
const inherited = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR)$/;

const secretName = /TOKEN|SECRET|PASS|CREDENTIAL|AUTH|PRIVATE|(^|_)(API_?)?KEY(_|$)/i;

/** Shorter values would redact half a log, and only their names suggest that they are secret. */
const minGuessedLength = 6;

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * `env` reduced to PATH, HOME, language and time zone: no secrets, nothing that changes programs.
 */
export function baseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => inherited.test(name));
  return { PATH: defaultPath, ...Object.fromEntries(kept as [string, string][]) };
}

/**
 * The values of variables whose names suggest credentials (`…TOKEN`, `…SECRET`, `…PASSWORD`,
 * `…KEY`), line by line.
 */
export function guessedSecrets(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name]) => secretName.test(name))
    .flatMap(([, value]) => value.split('\n'))
    .map((line) => line.trim())
    .filter(({ length }) => length >= minGuessedLength);
}
