import type { Descriptor } from '../oci/descriptor.js';
import type { Reference } from '../oci/reference.js';

/** What every call that waits for something takes: its signal ends it with `CANCELLED` or `TIMEOUT`. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Which part of a blob; `offset` and `length` in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** How a blob is fetched. */
export interface FetchOptions extends CallOptions {
  /** Default the whole blob. */
  readonly range?: ByteRange | undefined;
}

/** Names a blob whose size may be unknown. */
export type UnsizedDescriptor = Omit<Descriptor, 'size'> & Partial<Pick<Descriptor, 'size'>>;

/** Where blobs can be read: a BuildKit, a registry, a folder. */
export interface ContentSource {
  /** Whether `fetch` would find the blob now. */
  exists(blob: UnsizedDescriptor, options?: CallOptions): Promise<boolean>;
  /**
   * The blob's bytes in order; *unverified* (see `verified`).
   *
   * Throws `NOT_FOUND` when the source does not hold the blob.
   */
  fetch(blob: UnsizedDescriptor, options?: FetchOptions): AsyncIterable<Uint8Array>;
  /** Where the source may lack a blob that it can get: gets those of the given ones that it lacks, in one go. */
  prepare?(descriptors: readonly Descriptor[], options?: CallOptions): Promise<void>;
}

/** Where blobs can be put. */
export interface ContentStore {
  /** Stores the blob whole or not at all; throws `DIGEST_MISMATCH` when the bytes are not the descriptor's. */
  push(
    descriptor: Descriptor,
    content: AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<void>;
  /** As `push`, from where the blob can be read again: what breaks off goes on. Not every store has a use for it. */
  pushFrom?(descriptor: Descriptor, source: ContentSource, options?: CallOptions): Promise<void>;
  /** Takes the blob over from a source that is the store's neighbour, without moving it: false when that cannot be. */
  mountFrom?(
    descriptor: Descriptor,
    source: ContentSource,
    options?: CallOptions,
  ): Promise<boolean>;
}

/** Where names are kept. */
export interface Target {
  /** What the reference names now, `undefined` when it names nothing. */
  resolve(reference: Reference, options?: CallOptions): Promise<Descriptor | undefined>;
  tag(descriptor: Descriptor, reference: Reference, options?: CallOptions): Promise<void>;
}

/** Where images are read from: their names and their blobs. */
export type ImageSource = ContentSource & Pick<Target, 'resolve'>;

/** Where images are kept: a registry's repository, a layout, memory. */
export type ImageStore = ContentSource & ContentStore & Target;
