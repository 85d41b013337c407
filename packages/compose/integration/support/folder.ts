import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';

/** A folder of these files for one test; `busybox` in any folder is the program. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) putFile(join(folder, path), content);
  return folder;
}

function putFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!path.endsWith('/busybox')) writeFileSync(path, content);
  else {
    copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), path);
    chmodSync(path, 0o755);
  }
}

/** The beginning of a Dockerfile whose steps can run busybox. */
export const withShell = [
  'FROM scratch',
  'COPY busybox /bin/busybox',
  'ENV PATH=/bin',
  'SHELL ["/bin/busybox", "sh", "-c"]',
].join('\n');

/** A Dockerfile whose image tells the proxies of its build. */
export const withProxies = [
  'FROM scratch',
  'ARG HTTP_PROXY',
  'ARG NO_PROXY',
  'LABEL http=$HTTP_PROXY no=$NO_PROXY',
  'COPY file /file\n',
].join('\n');
