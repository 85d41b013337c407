import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { outputOf, runCommand } from '../clients/run-command.js';

/** A package as a registry has it. */
export interface PackedPackage {
  /** Its `package.json`. */
  readonly manifest: PackageManifest;
  readonly tarball: Buffer;
}

export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packs a package of this workspace with `pnpm pack`, as it would be published. */
export async function packWorkspacePackage(folder: string): Promise<PackedPackage> {
  const destination = mkdtempSync(join(tmpdir(), 'warmdock-pack-'));
  try {
    const pack = ['pnpm', 'pack', '--pack-destination', destination];
    await outputOf(runCommand(pack, { cwd: folder, env: ownEnvironment() }));
    const [name = ''] = readdirSync(destination);
    const path = join(destination, name);
    const manifest = await outputOf(
      runCommand(['tar', 'xzOf', path, 'package/package.json'], { env: ownEnvironment() }),
    );
    return { manifest: JSON.parse(manifest), tarball: await readFile(path) };
  } finally {
    rmSync(destination, { recursive: true });
  }
}

/** Packs a package that is installed for `dependant`, which is a package's folder, and all that it depends on. */
export async function packInstalled(name: string, dependant: string): Promise<PackedPackage[]> {
  const folder = folderOf(name, dependant);
  const manifest: PackageManifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const destination = mkdtempSync(join(tmpdir(), 'warmdock-pack-'));
  const path = join(destination, 'package.tgz');
  try {
    // As npm packs: everything is below `package`, and nothing that others installed inside.
    const transform = ['--transform', `s,^${basename(folder)},package,`];
    const files = ['--exclude', 'node_modules', '-C', dirname(folder), basename(folder)];
    const tar = ['tar', 'czf', path, '--dereference', '--hard-dereference', ...transform, ...files];
    await outputOf(runCommand(tar, { env: ownEnvironment() }));
    const own = { manifest, tarball: await readFile(path) };
    const others = Object.keys(manifest.dependencies ?? {});
    const further = await Promise.all(others.map((other) => packInstalled(other, folder)));
    return [own, ...further.flat()];
  } finally {
    rmSync(destination, { recursive: true });
  }
}

/** As node looks for it: in the `node_modules` of the dependant, and of all folders above. */
function folderOf(name: string, dependant: string): string {
  const found = join(dependant, 'node_modules', name);
  if (statSync(join(found, 'package.json'), { throwIfNoEntry: false })) return realpathSync(found);
  if (dirname(dependant) === dependant) throw new Error(`${name} is not installed`);
  return folderOf(name, dirname(dependant));
}

function ownEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '/root' } = process.env;
  return { PATH, HOME };
}
