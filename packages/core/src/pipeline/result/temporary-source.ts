import type { ContentSource } from '../../content/content.js';
import type { Descriptor } from '../../oci/descriptor.js';

/** A source over temporary space; dispose of it when its blobs have been used. */
export interface DisposableSource extends ContentSource, AsyncDisposable {}

/** True for manifests and configs, and for layers too small to matter. */
export function isSmall({ size }: Descriptor): boolean {
  return size <= 1024 * 1024;
}
