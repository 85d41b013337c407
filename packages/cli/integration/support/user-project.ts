import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CommandResult,
  outputOf,
  type PackedPackage,
  packInstalled,
  packWorkspacePackage,
  runCommand,
} from '@warmdock/testkit';
import { assertBuilt, assertLibrariesBuilt, packages } from './warmdock.js';

/** The packages that are published, by their folders' names. */
export const published = ['core', 'compose', 'golden', 'cli'] as const;

export type PackageManager = 'npm' | 'pnpm';

/** What a registry has to have for a user: the packages as they are published, and all that they need. */
export async function packAll(): Promise<PackedPackage[]> {
  assertBuilt();
  assertLibrariesBuilt();
  const own = await Promise.all(
    published.map((name) => packWorkspacePackage(join(packages, name))),
  );
  const names = new Set(own.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {})));
  const others = [...names].filter((name) => !name.startsWith('@warmdock/'));
  const installed = await Promise.all([
    ...others.map((name) => packInstalled(name, join(packages, 'core'))),
    packInstalled('@types/node', packages),
  ]);
  return [...own, ...installed.flat()];
}

export interface UserProject {
  readonly folder: string;
  /** Runs a program that a package brought. */
  run(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>;
  /** Runs any program in its folder. */
  command(words: readonly string[]): Promise<CommandResult>;
}

/** A project with nothing in it but our packages, installed from that registry. */
export async function installProject(
  manager: PackageManager,
  registry: string,
  folder: string,
): Promise<UserProject> {
  const home = join(folder, '.home');
  mkdirSync(home);
  const { PATH = '' } = process.env;
  const config = {
    registry,
    cache: join(home, 'cache'),
    audit: 'false',
    fund: 'false',
    update_notifier: 'false',
  };
  const options = Object.entries(config).map(([name, value]) => [`npm_config_${name}`, value]);
  const stores = { XDG_DATA_HOME: join(home, 'data'), XDG_CACHE_HOME: join(home, 'cache') };
  const env = { PATH, HOME: home, CI: '1', ...stores, ...Object.fromEntries(options) };
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const run = (words: readonly string[], more = {}) =>
    runCommand(words, { cwd: folder, env: { ...env, ...more } });
  const names = published.map((name) => `@warmdock/${name}`);
  const verb = manager === 'npm' ? 'install' : 'add';
  await outputOf(run([manager, verb, ...names, '@types/node']));
  const start = manager === 'npm' ? ['npx', '--no-install'] : ['pnpm', '--silent', 'exec'];
  return {
    folder,
    run: (words, more) => run([...start, ...words], more),
    command: (words) => run(words),
  };
}
