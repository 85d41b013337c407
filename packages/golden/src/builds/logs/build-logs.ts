import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface BuildLogs {
  /** What the start-up script printed. */
  readonly script: string;
  readonly daemon: string;
}

/** Enough for the last lines of a log. */
const tailBytes = 16 * 1024;

export function logsOf(folder: string, buildId: string): BuildLogs {
  return {
    script: join(folder, `${buildId}.log`),
    daemon: join(folder, `${buildId}.daemon.log`),
  };
}

/** Removes old logs, so that `keep` builds have some including the next one. */
export async function rotateLogs(folder: string, keep: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const buildIds = [...new Set(names.map(buildIdOf))].sort().reverse();
  const old = new Set(buildIds.slice(Math.max(0, keep - 1)));
  const unwanted = names.filter((name) => old.has(buildIdOf(name)));
  await Promise.all(unwanted.map((name) => rm(join(folder, name), { force: true })));
}

/** The last lines of a log; empty when there is none. */
export async function tailOf(path: string, lines: number): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    await file.close();
  }
}

function buildIdOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}
