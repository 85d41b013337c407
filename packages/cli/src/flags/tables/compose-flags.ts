import type { Flag } from './flag.js';

/*
 * The flags of docker compose 2.20 to 5, as far as the words around a build need them: what takes a
 * value and what does not.
 */

const flag = (kind: Flag['kind'], name: string, short?: string): Flag => ({
  name,
  kind,
  about: '',
  ...(short !== undefined && { short }),
});
const booleans = (...names: string[]) => names.map((name) => flag('boolean', name));
const strings = (...names: string[]) => names.map((name) => flag('string', name));
const lists = (...names: string[]) => names.map((name) => flag('list', name));

/** Before compose's command; they describe the project. */
export const projectFlags: readonly Flag[] = [
  ...booleans('all-resources', 'compatibility', 'dry-run', 'no-ansi', 'verbose'),
  ...strings('ansi', 'parallel', 'progress', 'project-directory', 'workdir'),
  ...lists('env-file', 'profile'),
  flag('list', 'file', 'f'),
  flag('string', 'project-name', 'p'),
  flag('boolean', 'help', 'h'),
  flag('boolean', 'version', 'v'),
];

/** Of `compose build`. */
export const composeBuildFlags: readonly Flag[] = [
  ...booleans('check', 'compress', 'force-rm', 'no-cache', 'no-rm', 'parallel', 'print', 'pull'),
  ...booleans('push', 'with-dependencies'),
  ...strings('builder', 'progress', 'provenance', 'sbom', 'ssh'),
  ...lists('build-arg'),
  flag('boolean', 'help', 'h'),
  flag('boolean', 'quiet', 'q'),
  flag('string', 'memory', 'm'),
];

/** Of `compose up` and `compose create`, which knows some of them. */
export const upFlags: readonly Flag[] = [
  ...booleans('abort-on-container-exit', 'abort-on-container-failure', 'always-recreate-deps'),
  ...booleans('attach-dependencies', 'build', 'force-recreate', 'menu', 'no-build', 'no-color'),
  ...booleans('no-deps', 'no-log-prefix', 'no-recreate', 'no-start', 'quiet-build', 'quiet-pull'),
  ...booleans('remove-orphans', 'timestamps', 'wait'),
  ...strings('exit-code-from', 'pull', 'wait-timeout'),
  ...lists('attach', 'no-attach', 'scale'),
  flag('boolean', 'detach', 'd'),
  flag('boolean', 'help', 'h'),
  flag('boolean', 'renew-anon-volumes', 'V'),
  flag('boolean', 'watch', 'w'),
  flag('boolean', 'yes', 'y'),
  flag('string', 'timeout', 't'),
];

/** Of `compose run`, up to the service. */
export const runFlags: readonly Flag[] = [
  ...booleans('build', 'no-deps', 'quiet-build', 'quiet-pull', 'remove-orphans', 'rm'),
  ...booleans('use-aliases'),
  ...strings('entrypoint', 'name', 'pull'),
  ...lists('cap-add', 'cap-drop', 'env-from-file'),
  flag('boolean', 'detach', 'd'),
  flag('boolean', 'help', 'h'),
  flag('boolean', 'interactive', 'i'),
  flag('boolean', 'no-TTY', 'T'),
  flag('boolean', 'quiet', 'q'),
  flag('boolean', 'service-ports', 'P'),
  flag('boolean', 'tty', 't'),
  flag('list', 'env', 'e'),
  flag('list', 'label', 'l'),
  flag('list', 'publish', 'p'),
  flag('list', 'volume', 'v'),
  flag('string', 'user', 'u'),
  flag('string', 'workdir', 'w'),
];
