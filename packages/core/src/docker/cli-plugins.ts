import { join } from 'node:path';
import { dockerConfigDirectory } from './config.js';
import { isProgram } from './is-program.js';
import { readJsonObject } from './json-file.js';

/** Where packages put plugins, in the order in which docker looks (its `manager_unix.go`). */
const systemDirectories = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

/**
 * The program behind a command of docker that is a plugin, `compose` or `buildx`, as docker would
 * find it; `undefined` when there is none. Throws `INVALID_ARGUMENT` for a broken `config.json`.
 */
export function findCliPlugin(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const own = dockerConfigDirectory(env);
  const extra = readJsonObject(join(own, 'config.json'), 'docker config')?.cliPluginsExtraDirs;
  const directories = [
    ...(Array.isArray(extra) ? extra.filter((each) => typeof each === 'string') : []),
    join(own, 'cli-plugins'),
    ...systemDirectories,
  ];
  return directories.map((directory) => join(directory, `docker-${name}`)).find(isProgram);
}
