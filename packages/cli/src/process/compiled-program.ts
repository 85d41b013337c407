import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** A loaded CommonJS file. */
export interface CompiledProgram<T> {
  readonly exports: T;
  /** Keeps what V8 compiled so far for the next start, unless this one began with it. Never throws: it is only about speed. */
  keep(): void;
}

/** What precedes V8's data in a cache file: names the exact program that it belongs to. */
const headerBytes = 128;

/**
 * Loads a CommonJS file together with the machine code that an earlier run left in `cacheDir`.
 *
 * Reading compiled code is several times faster than compiling. V8 refuses data of another version,
 * flags or processor by itself but knows a source only by its length, hence the header. A cache that
 * is missing, foreign or refused costs nothing but the time; `undefined` as `cacheDir` does without.
 */
export function loadProgram<T>(path: string, cacheDir: string | undefined): CompiledProgram<T> {
  const cachePath = cacheDir && compiledCodePath(cacheDir, path);
  const cachedData = cachePath ? readCache(cachePath, path) : undefined;
  // The bundle is ASCII: one byte a character is the quickest form for V8 to read and to keep.
  const source = `(function (exports, require, module, __dirname) {${readFileSync(path, 'latin1')}\n})`;
  const script = new Script(source, { filename: path, ...(cachedData && { cachedData }) });
  const isKept = cachedData !== undefined && script.cachedDataRejected === false;
  if (!isKept) setFlagsFromString('--no-flush-bytecode');
  const module = { exports: {} as T };
  script.runInThisContext()(module.exports, createRequire(path), module, dirname(path));
  return {
    exports: module.exports,
    keep() {
      if (cachePath && !isKept) writeCache(cachePath, path, compiledCodeOf(script));
    },
  };
}

/** The file with the code that this Node compiled of a program: each has its own, or they would take turns. */
export function compiledCodePath(cacheDir: string, path: string): string {
  return join(cacheDir, `code-${basename(path, '.cjs')}-${process.version}-${process.arch}`);
}

/**
 * What V8 compiled so far. It drops the code of functions that have not run for a while, the top
 * level of the program first, unless told not to; the data fit only the flags that were in force
 * when they were made, hence the flag's return to its default.
 */
function compiledCodeOf(script: Script): Buffer {
  setFlagsFromString('--flush-bytecode');
  return script.createCachedData();
}

function headerOf(path: string, codeBytes: number): Buffer {
  const { size, mtimeMs } = statSync(path);
  return Buffer.from(`${codeBytes} ${size} ${mtimeMs} ${path}`.padEnd(headerBytes)).subarray(
    0,
    headerBytes,
  );
}

function readCache(cachePath: string, path: string): Buffer | undefined {
  try {
    // Whoever can write this file decides what runs.
    if (statSync(cachePath).uid !== process.getuid?.()) return undefined;
    const content = readFileSync(cachePath);
    const code = content.subarray(headerBytes);
    return content.subarray(0, headerBytes).equals(headerOf(path, code.length)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCache(cachePath: string, path: string, code: Buffer): void {
  const temporary = `${cachePath}.${process.pid}`;
  try {
    mkdirSync(dirname(cachePath), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([headerOf(path, code.length), code]), { mode: 0o600 });
    renameSync(temporary, cachePath);
  } catch {
    // A home without room or that may not be written to: every start compiles anew.
    if (existsSync(temporary)) rmSync(temporary, { force: true });
  }
}
