/**
 * The process that owns a testbed: `supervisor.ts DIR detached|owned memory|disk`.
 *
 * Starts every engine, writes `DIR/testbed.json` when all answer, and stops everything on SIGTERM or
 * SIGINT; when `owned`, also when its standard input closes, which is how it notices that its owner
 * died, however that happened. Should it die itself, the kernel kills what it started.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { removeFolder } from './file-systems/unmount-below.js';
import { startTestbed } from './start.js';
import { pidPath, statePath } from './state.js';

const [dir = '', ownership, data] = process.argv.slice(2);
const say = (line: string) => process.stderr.write(`testbed: ${line}\n`);
const started: AsyncDisposable[] = [];
let stopping = false;

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.allSettled(started.reverse().map((running) => running[Symbol.asyncDispose]()));
  await removeFolder(dir);
  process.exit(exitCode);
}

function fail(error: unknown): Promise<void> {
  if (!stopping) say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return stop(1);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
process.on('uncaughtException', fail);
if (ownership === 'owned') {
  process.stdin.on('end', () => stop(0)).on('error', () => stop(0));
  process.stdin.resume();
}

try {
  await removeFolder(dir);
  mkdirSync(dir, { recursive: true });
  writeFileSync(pidPath(dir), String(process.pid));
  const info = await startTestbed({ dir, inMemory: data === 'memory', say, started });
  await writeFile(`${statePath(dir)}.new`, JSON.stringify(info, null, 2));
  await rename(`${statePath(dir)}.new`, statePath(dir));
  setInterval(() => {}, 2 ** 30);
} catch (error) {
  await fail(error);
}
