import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isProgram } from '@warmdock/core/internal';
import type { ShimName } from '../../docker/find-docker.js';
import { recordCreatedFolders, removeCreatedFolders } from './created-folders.js';
import { nodeRecordPath, removeNodeRecord } from './recorded-node.js';
import { ShimError } from './shim-error.js';
import { stateOfShimFile } from './shim-file.js';
import { stableProgramPath } from './stable-program-path.js';

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
  readonly link?: Link | undefined;
}

/**
 * Makes the launcher a program of each name in the folder: as a link, which follows the package's updates,
 * or a copy where there are no links. Again and again is as once; another version's shim is replaced.
 * Records the Node beside it.
 * A launcher that lost its run bit on its way here gets it back, or is copied where that is not allowed.
 *
 * Returns their paths. Throws `ShimError` rather than touching anything that is not the shim, and for
 * what cannot be run afterwards.
 */
export function installShim(options: InstallOptions): string[] {
  const { launcher, folder, names = ['docker'], link = symlinkSync } = options;
  const { node = stableProgramPath(process.execPath) } = options;
  const paths = names.map((name) => join(folder, name));
  const foreign = paths.find((path) => stateOfShimFile(path) === 'foreign');
  if (foreign !== undefined) throw occupied(foreign);
  const linkIt = canBeRun(launcher) ? link : copy;
  put(nodeRecordPath(folder), (temporary) =>
    writeFileSync(temporary, `${node}\n`, { flush: true }),
  );
  for (const path of paths) put(path, (temporary) => linkOrCopy(launcher, temporary, linkIt));
  if (!paths.every(isProgram)) throw notRun(folder, paths);
  return paths;
}

/** Not every packer keeps run bits. */
function canBeRun(launcher: string): boolean {
  try {
    if (!isProgram(launcher)) chmodSync(launcher, 0o755);
  } catch {
    return false;
  }
  return isProgram(launcher);
}

/** Makes a file that `write` writes, at once and whole. */
function put(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.${process.pid}`;
  const folder = dirname(path);
  try {
    recordCreatedFolders(folder, mkdirSync(folder, { recursive: true }));
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

type Link = (launcher: string, path: string) => void;

function linkOrCopy(launcher: string, path: string, link: Link): void {
  try {
    link(launcher, path);
  } catch (error) {
    if (!noLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copy(launcher, path);
  }
}

function copy(launcher: string, path: string): void {
  // A power cut would leave a program that does nothing, and nobody's.
  writeFileSync(path, copyOf(launcher), { mode: 0o755, flush: true });
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

/** As on a file system that is mounted with `noexec`. */
function notRun(folder: string, paths: readonly string[]): ShimError {
  for (const path of paths) rmSync(path, { force: true });
  removeNodeRecord(folder);
  removeCreatedFolders(folder);
  return new ShimError(
    `${paths.join(' and ')} could not be run`,
    'choose a folder whose file system runs programs: warmdock shim install --dir DIR',
  );
}
