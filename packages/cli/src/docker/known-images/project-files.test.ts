import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { areUnchanged, projectFiles } from './project-files.js';

const yaml = 'services:\n  web:\n    build: .\n';

/** The folder of a project. */
function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-project-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const place = (cwd: string, projectFlags: string[] = [], env = {}) => ({ cwd, projectFlags, env });

it.each<[change: string, flags: string[], env: object, change: (folder: string) => void]>([
  ['another file', [], {}, (at) => writeFileSync(join(at, 'compose.yaml'), `${yaml}  db: {}\n`)],
  ['a file before it', [], {}, (at) => writeFileSync(join(at, 'app/compose.yaml'), yaml)],
  ['an override', [], {}, (at) => writeFileSync(join(at, 'compose.override.yml'), yaml)],
  ['no file', [], {}, (at) => rmSync(join(at, 'compose.yaml'))],
  ['a file of the same size and age', [], {}, (at) => replace(join(at, 'compose.yaml'))],
  ['variables', [], {}, (at) => writeFileSync(join(at, '.env'), 'TAG=2\n')],
  ['variables of the folder', [], {}, (at) => writeFileSync(join(at, 'app/.env'), 'TAG=2\n')],
  ['a named file', ['--file=a.yaml'], {}, (at) => replace(join(at, 'app/a.yaml'))],
  [
    'a file by variable',
    [],
    { COMPOSE_FILE: 'a.yaml:b.yaml' },
    (at) => replace(join(at, 'app/b.yaml')),
  ],
  ['named variables', ['--env-file=vars'], {}, (at) => replace(join(at, 'app/vars'))],
  [
    'variables elsewhere',
    ['--file=a.yaml', '--project-directory=..'],
    {},
    (at) => writeFileSync(join(at, '.env'), ''),
  ],
])('a change is seen: %s', (_change, flags, env, change) => {
  const files = { 'app/a.yaml': yaml, 'app/b.yaml': yaml, 'app/vars': 'TAG=1\n' };
  const folder = project({ 'compose.yaml': yaml, ...files });
  const found = projectFiles(place(join(folder, 'app'), flags, env)) ?? [];
  expect(found.length).toBeGreaterThan(1);
  expect(areUnchanged(found)).toBe(true);
  change(folder);
  expect(areUnchanged(found)).toBe(false);
});

/** By a new file with other content, as editors do. */
function replace(path: string): void {
  writeFileSync(`${path}.new`, yaml.replace('web', 'app'));
  utimesSync(`${path}.new`, 1, 1);
  renameSync(`${path}.new`, path);
}

const extending = `${yaml}    extends: { service: base }\n  base: { build: . }\n`;

it.each<[what: string, files: Record<string, string>, flags: string[], env: object]>([
  ['nothing', {}, [], {}],
  ['included ones', { 'compose.yaml': `include: [more.yaml]\n${yaml}` }, [], {}],
  ['extended ones', { 'compose.yaml': `${extending}    extends: { file: more.yaml }\n` }, [], {}],
  ['those of .env', { 'compose.yaml': yaml, '.env': 'COMPOSE_FILE=more.yaml\n' }, [], {}],
  ['those of a variable', { 'compose.yaml': yaml }, [], { COMPOSE_ENV_FILES: 'more' }],
  ['those at an address', { 'compose.yaml': yaml }, ['--file=oci://registry/project'], {}],
])('not all files are known: %s', (_what, files, flags, env) => {
  expect(projectFiles(place(project(files), flags, env))).toBeUndefined();
});

it('another service of the same file, and a name of the project, are no other files', () => {
  const folder = project({ 'compose.yaml': extending, '.env': 'COMPOSE_PROJECT_NAME=shop\n' });
  expect(projectFiles(place(folder))).toBeDefined();
});
