import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GoldenStore } from '../../src/index.js';
import { addImage, addLayer, addVolume } from './data-root.js';

export interface FillOptions {
  /** Default `app`. */
  readonly project?: string;
  /** Without the layers that the golden has; default false. */
  readonly isAnew?: boolean;
}

/** Makes a session with a new layer and a new volume, whose content is the text. */
export async function fillSession(
  store: GoldenStore,
  session: string,
  text: string,
  { project = 'app', isAnew = false }: FillOptions = {},
): Promise<void> {
  const { dataRoot, generation } = await store.clone({ project, session, allowEmpty: true });
  if (isAnew) {
    for (const name of ['overlay2', 'image']) {
      rmSync(join(dataRoot, name), { recursive: true, force: true });
    }
  }
  // Longer than what file systems keep beside a name.
  const fill = (diff: string) => writeFileSync(join(diff, 'file'), text.repeat(10_000));
  addLayer(dataRoot, { fill });
  if (generation === undefined || isAnew) addImage(dataRoot);
  addVolume(dataRoot, text, text);
}
