import { readdirSync, readFileSync } from 'node:fs';

const POLL_MS = 40;

/**
 * Follows the largest resident size of a process and its children.
 *
 * The kernel keeps each process's peak (`VmHWM`), so a look now and then misses at most what the
 * process takes after the last one. Children's peaks are added: an upper bound of the true one.
 */
export function watchPeakMemory(pid: number): { bytes(): number; stop(): void } {
  const peaks = new Map<number, number>();
  const timer = setInterval(() => {
    for (const each of processTree(pid)) {
      const bytes = peakOf(each);
      if (bytes !== undefined) peaks.set(each, bytes);
    }
  }, POLL_MS);
  return {
    bytes: () => [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0),
    stop: () => clearInterval(timer),
  };
}

function processTree(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readProc(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => processTree(Number(child)))];
}

/** A child belongs to the thread that started it, and Go starts them from any. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function peakOf(pid: number): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Processes vanish between one look and the next. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
