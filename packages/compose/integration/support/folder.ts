import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putFiles } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';

/** A folder of these files for one test; `busybox` in any folder is the program. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  putFiles(folder, files);
  return folder;
}

/** A Dockerfile whose image tells the proxies of its build. */
export const withProxies = [
  'FROM scratch',
  'ARG HTTP_PROXY',
  'ARG NO_PROXY',
  'LABEL http=$HTTP_PROXY no=$NO_PROXY',
  'COPY file /file\n',
].join('\n');
