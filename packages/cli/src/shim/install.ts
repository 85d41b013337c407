import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ShimName } from './find-docker.js';
import { lastingPath } from './lasting-path.js';
import { recordPath } from './recorded-node.js';
import { ShimError } from './shim-error.js';
import { placeOf } from './shim-file.js';

export interface InstallOptions {
  /** `bin/docker` of the package. */
  readonly launcher: string;
  /** Made when missing. */
  readonly folder: string;
  /** What to install it as, default `docker`. */
  readonly names?: readonly ShimName[] | undefined;
  /** The Node that the shim is to run on, default the one that runs this. */
  readonly node?: string | undefined;
  /** Default `symlinkSync`. */
  readonly link?: typeof symlinkSync | undefined;
}

/**
 * Makes the launcher a program of each name in the folder: as a link, which follows the package's updates,
 * or a copy where there are no links. Again and again is as once; another version's shim is replaced.
 * Records the Node beside it.
 *
 * Returns their paths. Throws `ShimError` rather than touching anything that is not the shim.
 */
export function installShim(options: InstallOptions): string[] {
  const { launcher, folder, names = ['docker'], link = symlinkSync } = options;
  const { node = lastingPath(process.execPath) } = options;
  const paths = names.map((name) => join(folder, name));
  const foreign = paths.find((path) => placeOf(path) === 'foreign');
  if (foreign !== undefined) throw occupied(foreign);
  put(recordPath(folder), (temporary) => writeFileSync(temporary, `${node}\n`));
  for (const path of paths) put(path, (temporary) => linkOrCopy(launcher, temporary, link));
  return paths;
}

/** Makes a file that `write` writes, at once and whole. */
function put(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    write(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ShimError(
      `cannot install ${path}: ${code ?? message}`,
      'choose a folder that you may write to: warmdock shim install --dir DIR',
    );
  }
}

/** What file systems without links answer. */
const noLinks = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL']);

function linkOrCopy(launcher: string, path: string, link: typeof symlinkSync): void {
  try {
    link(launcher, path);
  } catch (error) {
    if (!noLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    writeFileSync(path, copyOf(launcher), { mode: 0o755 });
  }
}

/** The launcher with the place of its package in it, which a copy cannot find out. */
function copyOf(launcher: string): string {
  const bin = `'${dirname(launcher).replaceAll("'", `'\\''`)}'`;
  return readFileSync(launcher, 'utf8').replace(/^warmdock_bin=$/m, () => `warmdock_bin=${bin}`);
}

function occupied(path: string): ShimError {
  return new ShimError(
    `${path} is there already, and is not warmdock's shim`,
    'choose another folder: warmdock shim install --dir DIR',
  );
}
