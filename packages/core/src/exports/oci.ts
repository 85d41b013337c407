/* `@warmdock/core/oci`: digests, references, platforms, and where content is read and written. */

export type {
  ByteRange,
  CallOptions,
  ContentSource,
  ContentStore,
  FetchOptions,
  Target,
  UnsizedDescriptor,
} from '../content/content.js';
export { chainIdsOf } from '../oci/chain-id.js';
export type { Descriptor } from '../oci/descriptor.js';
export { type Digest, isDigest, parseDigest } from '../oci/digest.js';
export { formatPlatform, type Platform, parsePlatform } from '../oci/platform.js';
export { parseReference, type Reference } from '../oci/reference.js';
