import { join } from 'node:path';
import { putFiles } from '@warmdock/testkit';
import { temporaryFolder } from '../support/project.js';

/** A folder of that name for one test; `busybox` in any folder is the program. */
export function projectFolder(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(temporaryFolder(), name);
  putFiles(folder, files);
  return folder;
}
