import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as compose from '@warmdock/compose';
import * as core from '@warmdock/core';
import * as golden from '@warmdock/golden';
import {
  imageIdOf,
  makeDockerConfig,
  type NpmRegistry,
  outputOf,
  runDocker,
  startNpmRegistry,
  useTestbed,
} from '@warmdock/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layeredProject, newTag, temporaryFolder } from './support/project.js';
import { runShim, systemPath } from './support/shim.js';
import {
  installProject,
  type PackageManager,
  packAll,
  type UserProject,
} from './support/user-project.js';

const requireOf = createRequire(import.meta.url);
const typescript = requireOf.resolve('typescript/bin/tsc');
const esbuild = createRequire(requireOf.resolve('tsup')).resolve('esbuild/bin/esbuild');

const libraries = {
  '@warmdock/core': core,
  '@warmdock/compose': compose,
  '@warmdock/golden': golden,
};
const namesOf = Object.entries(libraries).map(([name, exports]) => [
  name,
  Object.keys(exports).sort(),
]);

let registry: NpmRegistry;
beforeAll(async () => {
  registry = await startNpmRegistry(await packAll());
});
afterAll(() => registry[Symbol.asyncDispose]());

describe.each<PackageManager>(['npm', 'pnpm'])(
  'installed by %s into an empty project',
  (manager) => {
    let project: UserProject;
    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'warmdock-user-'));
      project = await installProject(manager, registry.url, folder);
    });
    afterAll(() => rmSync(project.folder, { recursive: true }));

    const write = (name: string, ...lines: string[]) =>
      writeFileSync(join(project.folder, name), `${lines.join('\n')}\n`);

    test('the packages need nothing but what they name', () => {
      // Package managers ask for an optional peer too, and do without.
      const needed = [...registry.missing].filter((name) => name !== '@napi-rs/xattr');
      expect(needed).toEqual([]);
    });

    test.each([
      ['import', 'names.mjs', 'await import(name)'],
      ['require', 'names.cjs', 'require(name)'],
    ])('%s finds all that the libraries export', async (_, file, found) => {
      write(
        file,
        'const keys = (exports) => Object.keys(exports).sort();',
        `const main = async () => {`,
        `  const names = ${JSON.stringify(Object.keys(libraries))};`,
        `  const all = names.map(async (name) => [name, keys(${found})]);`,
        `  process.stdout.write(JSON.stringify(await Promise.all(all)));`,
        `};`,
        'main();',
      );
      const printed = await outputOf(project.command([process.execPath, file]));
      expect(JSON.parse(printed)).toEqual(namesOf);
    });

    test('the types are found, as each kind of program looks for them', async () => {
      // Each of the two once is enough: how they are installed makes no difference to what is in the files.
      const { files, ...how } = {
        npm: {
          module: 'esnext',
          moduleResolution: 'bundler',
          skipLibCheck: true,
          files: ['types.ts'],
        },
        pnpm: { module: 'nodenext', files: ['types.mts', 'types.cts', 'types.ts'] },
      }[manager];
      const use = [
        `import { build, type BuildOutcome, WarmdockError } from '@warmdock/core';`,
        `import { planCompose } from '@warmdock/compose';`,
        `import { openStore } from '@warmdock/golden';`,
        `export const outcome: Promise<BuildOutcome> = build({ context: '.', tags: ['app'] });`,
        `export const id: Promise<string | undefined> = outcome.then(({ load }) => load?.imageId);`,
        `export const all = [planCompose, openStore, WarmdockError];`,
        // Types that are not found would be `any`.
        `// @ts-expect-error`,
        `build({ context: 1 });`,
      ];
      for (const file of files) write(file, ...use);
      const compilerOptions = { target: 'es2022', strict: true, noEmit: true, ...how };
      write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
      const { stdout } = await project.command([process.execPath, typescript]);
      expect(stdout).toBe('');
    });

    test('programs have their run bits', () => {
      const bin = join(project.folder, 'node_modules/@warmdock/cli/bin');
      for (const name of ['docker', 'warmdock']) accessSync(join(bin, name), constants.X_OK);
    });

    test('warmdock prints its version and its help', async () => {
      const version = await project.run(['warmdock', '--version']);
      expect(version).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^warmdock \d/) });
      const help = await project.run(['warmdock', 'help']);
      expect(help).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^Usage: {2}warmdock/),
      });
    });

    test('warmdock shim install makes docker build come to warmdock', async () => {
      const { clients, classic, builder } = useTestbed();
      const home = temporaryFolder();
      const DOCKER_CONFIG = await makeDockerConfig(join(home, 'config'));
      const create = ['buildx', 'create', '--name', 'far', '--driver', 'remote', builder.address];
      await outputOf(runDocker(create, { env: { DOCKER_CONFIG } }));
      const bin = join(home, 'bin');
      await outputOf(project.run(['warmdock', 'shim', 'install', '--dir', bin]));
      const tag = newTag(classic.host);
      const env = { HOME: home, DOCKER_CONFIG, DOCKER_HOST: classic.host, BUILDX_BUILDER: 'far' };
      const { exitCode, stderr } = await runShim(['build', '-t', tag, layeredProject()], {
        program: join(bin, 'docker'),
        path: [bin, dirname(clients.docker), systemPath].join(':'),
        env: { ...env, WARMDOCK: 'explain' },
      });
      expect(stderr).toContain('warmdock: building on builder "far" (by BUILDX_BUILDER)');
      expect(exitCode).toBe(0);
      expect(await imageIdOf(classic.host, tag)).toBeDefined();
      await outputOf(project.run(['warmdock', 'shim', 'uninstall', '--dir', bin]));
    });

    test.each([
      ['esm', 'mjs'],
      ['cjs', 'cjs'],
    ])('a program bundled as %s builds and loads', async (format, extension) => {
      const { classic, builder } = useTestbed();
      write(
        'program.ts',
        `import { build } from '@warmdock/core';`,
        `import { planCompose } from '@warmdock/compose';`,
        `import { openStore } from '@warmdock/golden';`,
        `const [, , context = '', tag = '', builder, engine] = process.argv;`,
        `build({ context, tags: [tag], builder, engine }).then(({ load }) =>`,
        `  console.log(load.outcome, load.imageId, typeof planCompose, typeof openStore));`,
      );
      // Where nothing else of the project is.
      const bundle = join(temporaryFolder(), `bundle.${extension}`);
      const flags = ['--bundle', `--format=${format}`, '--platform=node', `--outfile=${bundle}`];
      const bundled = await project.command([
        esbuild,
        'program.ts',
        ...flags,
        '--log-level=warning',
      ]);
      expect(bundled).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      const tag = newTag(classic.host);
      const words = [layeredProject(), tag, builder.address, classic.host];
      const printed = await outputOf(project.command([process.execPath, bundle, ...words]));
      expect(printed).toBe(`full ${await imageIdOf(classic.host, tag)} function function\n`);
    });
  },
);
