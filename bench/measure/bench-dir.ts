import { join } from 'node:path';
import { cacheDir } from '@warmdock/testkit';

/** The folder for everything that the bench keeps between runs. */
export function benchDir(): string {
  return join(cacheDir(), 'bench');
}
