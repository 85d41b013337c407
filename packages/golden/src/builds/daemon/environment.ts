/** What a start-up script and its daemon inherit from this process; the rest they have to be given. */
const inherited = /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR)$/;

const secretName = /TOKEN|SECRET|PASS|CREDENTIAL|AUTH|PRIVATE|(^|_)(API_?)?KEY(_|$)/i;

/** Shorter ones would black out half a log, and nobody said that they are secret. */
const minGuessedLength = 6;

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `env` without anything that may be a secret or changes how programs work: PATH, HOME, language, time zone. */
export function baseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => inherited.test(name));
  return { PATH: defaultPath, ...Object.fromEntries(kept as [string, string][]) };
}

/**
 * The values of variables that are credentials by their names (`…TOKEN`, `…SECRET`, `…PASSWORD`,
 * `…KEY`), line by line.
 */
export function guessedSecrets(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env)
    .filter(([name]) => secretName.test(name))
    .flatMap(([, value]) => value.split('\n'))
    .map((line) => line.trim())
    .filter(({ length }) => length >= minGuessedLength);
}
