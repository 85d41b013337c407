import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Files that say what a compose project is, as they were. */
export type ProjectFiles = readonly FileStamp[];

/** Path, size and times; nothing but the path where there is no such file. */
type FileStamp = readonly [path: string, ...state: number[]];

/** Where a project is looked for. */
export interface ProjectPlace {
  /** Compose's own flags in their long form. */
  readonly projectFlags: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const mainNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = ['compose.override.yml', 'compose.override.yaml'];
const defaultNames = [...mainNames, ...overrideNames.flatMap((name) => [name, `docker-${name}`])];

/**
 * The files that compose reads of a project; `undefined` where there may be more of them than can be
 * found without compose: those that they include, extend or name in a variable, and such as are no files.
 */
export function projectFiles(place: ProjectPlace): ProjectFiles | undefined {
  const { cwd, env } = place;
  if (env.COMPOSE_ENV_FILES) return undefined;
  const named = namedFiles(place);
  if (named?.some((path) => !isThere(path))) return undefined;
  const files = named ?? defaultFiles(cwd);
  const main = files.find(isThere);
  if (main === undefined) return undefined;
  const folder = valuesOf(place, 'project-directory', 'workdir').at(-1) ?? dirname(main);
  const variables = [
    ...valuesOf(place, 'env-file').map((path) => resolve(cwd, path)),
    join(cwd, '.env'),
    join(resolve(cwd, folder), '.env'),
  ];
  if (files.some(namesOthers) || variables.some(choosesFiles)) return undefined;
  return [...new Set([...files, ...variables])].map(stampOf);
}

/** Whether nothing about them has changed. */
export function areUnchanged(files: ProjectFiles): boolean {
  return files.every((file) => String(stampOf(file[0])) === String(file));
}

function namedFiles({ cwd, env, ...place }: ProjectPlace): string[] | undefined {
  const separator = env.COMPOSE_PATH_SEPARATOR || ':';
  const byFlag = valuesOf({ cwd, env, ...place }, 'file');
  const names = byFlag.length > 0 ? byFlag : (env.COMPOSE_FILE || undefined)?.split(separator);
  return names?.map((name) => resolve(cwd, name));
}

/** The usual names, there or not, from here up to the first folder that has one of them. */
function defaultFiles(cwd: string): string[] {
  const here = defaultNames.map((name) => join(cwd, name));
  const above = dirname(cwd);
  if (above === cwd || here.slice(0, mainNames.length).some(isThere)) return here;
  return [...here, ...defaultFiles(above)];
}

function valuesOf({ projectFlags }: ProjectPlace, ...names: string[]): string[] {
  return projectFlags.flatMap((flag) => {
    const [, name = '', value = ''] = /^--([^=]*)=(.*)$/s.exec(flag) ?? [];
    return names.includes(name) ? [value] : [];
  });
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** `extends` alone may mean another service of the same file. */
function namesOthers(path: string): boolean {
  if (!isThere(path)) return false;
  const text = readFileSync(path, 'utf8');
  return /\binclude\b/.test(text) || (/\bextends\b/.test(text) && /\bfile\b/.test(text));
}

function choosesFiles(path: string): boolean {
  return isThere(path) && /COMPOSE_(FILE|ENV_FILES)\b/.test(readFileSync(path, 'utf8'));
}

function stampOf(path: string): FileStamp {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? [path, stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs] : [path];
}
