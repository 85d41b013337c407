import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useTestbed } from './use-testbed.js';

/** Puts files into a folder by their paths; `busybox` in any folder is the program. */
export function putFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) putFile(join(folder, path), content);
}

function putFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!path.endsWith('/busybox')) writeFileSync(path, content);
  else {
    copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), path);
    chmodSync(path, 0o755);
  }
}
