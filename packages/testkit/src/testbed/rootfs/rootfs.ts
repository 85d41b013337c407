import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../paths.js';
import { debianMirror } from './apt.js';

const recipe = fileURLToPath(new URL('make-rootfs.sh', import.meta.url));

/** In order of preference: Docker 28, Docker 26. */
const SUITES = ['forky', 'trixie'] as const;

/**
 * The folder of a Debian root filesystem with Docker, buildx, compose, crane, a registry and proxies,
 * in the user's cache folder; makes it when it is missing (a minute or two; needs root and
 * debootstrap). Several processes may ask at once. Throws when no suite can be had.
 */
export async function ensureRootfs(
  say: (line: string) => void = () => {},
  suites: readonly [string, ...string[]] = SUITES,
): Promise<string> {
  const [preferred] = suites;
  for (const suite of suites) {
    const target = rootfsPath(suite);
    if (existsSync(target) || (await makeRootfs(target, suite, say))) {
      if (suite !== preferred)
        say(`WARNING: ENGINES COME FROM ${suite}, since ${preferred} CANNOT BE HAD`);
      return target;
    }
  }
  throw new Error(`no root filesystem could be made; see ${rootfsPath(preferred)}.log`);
}

function rootfsPath(suite: string): string {
  const hash = createHash('sha256').update(readFileSync(recipe)).digest('hex').slice(0, 12);
  return join(cacheDir(), `rootfs-${suite}-${hash}`);
}

async function makeRootfs(target: string, suite: string, say: (line: string) => void) {
  mkdirSync(dirname(target), { recursive: true });
  const mirror = await debianMirror();
  say(`making ${target} from ${suite} (log: ${target}.log)`);
  const made = await runRecipe([target, suite, mirror], `${target}.log`);
  if (!made) say(`WARNING: ${suite} CANNOT BE HAD: see ${target}.log`);
  return made;
}

/** The lock ends with its holder, mounts with the namespace, and both with this process. */
async function runRecipe(args: readonly string[], logPath: string): Promise<boolean> {
  const log = openSync(logPath, 'a');
  const isolated = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const locked = ['flock', `${args[0]}.lock`, 'sh', recipe, ...args];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...isolated, ...locked], {
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}
