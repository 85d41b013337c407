import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** Unmounts what is mounted at or below a folder, also what is in use: its users keep it until they end. */
export function unmountBelow(dir: string): void {
  for (const point of mountPoints().reverse()) {
    if (point === dir || point.startsWith(`${dir}/`)) spawnSync('umount', ['--lazy', point]);
  }
}

/** Removes a folder, but nothing of file systems that are mounted in it. */
export async function removeFolder(dir: string): Promise<void> {
  unmountBelow(dir);
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}

/** In the order in which they were mounted; a space in a path stands there as `\\040`. */
function mountPoints(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  return lines.map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '));
}
