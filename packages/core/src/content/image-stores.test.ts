import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openLayout } from './layout.js';
import { createMemoryStore } from './memory-store.js';
import { imageStoreSuite } from './testing/image-store-suite.js';

imageStoreSuite('memory', async () => createMemoryStore());

imageStoreSuite('a layout', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'warmdock-layout-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return openLayout(directory);
});
