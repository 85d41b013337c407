import { missingImagesOf, moreLines } from '../integration/docker/missing-images-suite.js';

for (const compose of ['compose', 'oldCompose'] as const)
  for (const store of ['classic', 'containerd'] as const)
    missingImagesOf({ compose, store }, moreLines);
