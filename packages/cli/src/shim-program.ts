import { join, resolve } from 'node:path';
import { UsageError } from './arguments/usage-error.js';
import type { Surroundings } from './program.js';
import { installShim } from './shim/install.js';
import { parseShimArguments, type ShimArguments, shimHelp } from './shim/shim-arguments.js';
import { ShimError } from './shim/shim-error.js';
import { defaultFolder } from './shim/shim-file.js';
import { type ShimStatus, shimStatus } from './shim/status.js';
import { uninstallShim } from './shim/uninstall.js';

/** `warmdock shim`: all that it has to say goes to stdout, errors to stderr. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  try {
    const args = parseShimArguments(argv);
    stdout.write(args === 'help' ? shimHelp : perform(args, surroundings));
    return 0;
  } catch (error) {
    if (error instanceof ShimError) stderr.write(`ERROR: ${error.message}\nHINT: ${error.hint}\n`);
    else if (error instanceof UsageError) stderr.write(`${error.message}\n`);
    else throw error;
    return error instanceof UsageError ? error.exitCode : 1;
  }
}

function perform(
  { action, dir, json }: ShimArguments,
  { env, folder: dist }: Surroundings,
): string {
  const own = defaultFolder(env);
  const folder = resolve(dir ?? own);
  if (action === 'uninstall') {
    const wasThere = uninstallShim({ folder, isOwnFolder: folder === own });
    return wasThere ? `removed ${join(folder, 'docker')}\n` : `nothing to remove in ${folder}\n`;
  }
  if (action === 'install') {
    const path = installShim({ launcher: resolve(dist, '../bin/docker'), folder });
    const { todo } = shimStatus(folder, env);
    return [`installed ${path}`, ...todo, ''].join('\n');
  }
  const status = shimStatus(folder, env);
  return json ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status);
}

function formatStatus(status: ShimStatus): string {
  return [
    `shim         ${status.installed ? status.path : `not in ${status.path}`}`,
    `docker is    ${status.active ? 'the shim' : (status.first ?? 'not in PATH')}`,
    `real docker  ${status.realDocker ?? 'not found'}`,
    ...status.todo.map((text) => `to do        ${text}`),
    '',
  ].join('\n');
}
