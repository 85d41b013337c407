import { findCliPlugin } from '@warmdock/core/internal';

/**
 * How to run a command of the real docker that is a plugin: `undefined` where the plugin can be found,
 * which is quicker to call by itself; by its name `docker` would be the shim.
 */
export function pluginCommand(
  name: 'buildx' | 'compose',
  docker: string | undefined,
  env: NodeJS.ProcessEnv,
): readonly string[] | undefined {
  return docker === undefined || findCliPlugin(name, env) ? undefined : [docker, name];
}
