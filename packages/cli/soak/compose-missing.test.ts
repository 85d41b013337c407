import { missingImagesOf, moreLines } from '../integration/docker/missing-images-suite.js';

/** Compose 2.26 has no `--quiet-build`. */
const linesOf = (compose: 'compose' | 'oldCompose') =>
  moreLines.filter(([line]) => compose === 'compose' || !line.includes('--quiet-build'));

for (const compose of ['compose', 'oldCompose'] as const)
  for (const store of ['classic', 'containerd'] as const)
    missingImagesOf({ compose, store }, linesOf(compose));
