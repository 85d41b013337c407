import { dirname, resolve } from 'node:path';
import { installShim } from '../commands/shim/install.js';
import type { NodeStatus } from '../commands/shim/node-status.js';
import { pathRemovalAdvice } from '../commands/shim/path-advice.js';
import { parseShimArguments, type ShimArguments } from '../commands/shim/shim-arguments.js';
import { ShimError } from '../commands/shim/shim-error.js';
import { defaultShimFolder } from '../commands/shim/shim-file.js';
import { type ComposeStatus, type ShimStatus, shimStatus } from '../commands/shim/status.js';
import { uninstallShim } from '../commands/shim/uninstall.js';
import { programsOnPath, realCompose } from '../docker/find-docker.js';
import { UsageError } from '../flags/usage-error.js';
import type { CommandContext } from '../process/command-context.js';

/** `warmdock shim`: answers go to stdout, errors to stderr. */
export async function run(argv: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, stderr } = context;
  try {
    const args = parseShimArguments(argv);
    stdout.write(typeof args === 'string' ? args : perform(args, context));
    return 0;
  } catch (error) {
    if (error instanceof ShimError) stderr.write(`ERROR: ${error.message}\nHINT: ${error.hint}\n`);
    else if (error instanceof UsageError) stderr.write(`${error.message}\n`);
    else throw error;
    return error instanceof UsageError ? error.exitCode : 1;
  }
}

function perform({ action, dir, json }: ShimArguments, { env }: CommandContext): string {
  const folder = resolve(dir ?? defaultShimFolder(env));
  if (action === 'uninstall') {
    const removed = uninstallShim(folder).map((path) => `removed ${path}`);
    const done = removed.length > 0 ? removed : [`nothing to remove in ${folder}`];
    return [...done, ...removalAdvice(folder, env), ''].join('\n');
  }
  if (action === 'install') {
    const names = realCompose(env) ? (['docker', 'docker-compose'] as const) : undefined;
    const paths = installShim({ launcher: resolve(__dirname, '../bin/docker'), folder, names });
    const { todo } = shimStatus(folder, env);
    return [...paths.map((path) => `installed ${path}`), ...todo, ''].join('\n');
  }
  const status = shimStatus(folder, env);
  return json ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status);
}

/** What is left of the shim where this program does not write: in PATH, and in folders of other names. */
function removalAdvice(folder: string, env: NodeJS.ProcessEnv): string[] {
  const others = programsOnPath('docker', env).filter(({ isShim }) => isShim);
  const folders = [...new Set(others.map(({ path }) => dirname(path)))];
  return [
    ...[pathRemovalAdvice(folder, env)].filter((text) => text !== undefined),
    ...folders.map((each) => `another one is left: warmdock shim uninstall --dir ${each}`),
  ];
}

function formatStatus(status: ShimStatus): string {
  return [
    `shim         ${status.installed ? status.path : `not in ${status.path}`}${status.installed && !status.executable ? ', cannot be run' : ''}`,
    `docker is    ${status.active ? 'the shim' : (status.first ?? 'not in PATH')}`,
    `real docker  ${status.realDocker ?? 'not found'}`,
    `node         ${nodeIs(status.node)}`,
    ...(status.compose ? [`compose is   ${composeIs(status.compose)}`] : []),
    ...status.todo.map((text) => `to do        ${text}`),
    '',
  ].join('\n');
}

/** What builds run on. */
function nodeIs({ path, version, recorded }: NodeStatus): string {
  if (path === undefined) return 'not found';
  return `${path} ${version ?? 'does not run'}${recorded ? '' : ', of PATH'}`;
}

/** What the word `docker-compose` means. */
function composeIs({ active, real }: ComposeStatus): string {
  return active ? `the shim, before ${real}` : real;
}
