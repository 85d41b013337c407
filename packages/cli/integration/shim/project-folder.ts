import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { temporaryFolder } from '../support/project.js';

/** A folder of that name for one test; `busybox` in any folder is the program. */
export function projectFolder(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), name);
  for (const [path, content] of Object.entries(files)) put(join(folder, path), content);
  return folder;
}

function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!path.endsWith('/busybox')) writeFileSync(path, content);
  else {
    copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), path);
    chmodSync(path, 0o755);
  }
}
