import { abortable } from '../../content/abortable.js';
import type { FetchOptions } from '../../content/content.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import type { DisposableSource } from './temporary-source.js';

/** Has the builder send these layers, and keeps them until they are disposed of. */
export type OpenWindow = (
  layers: readonly Descriptor[],
  signal: AbortSignal,
) => Promise<DisposableSource>;

export interface WindowOptions {
  /** About how many bytes are kept in one window, default 512 MiB: one layer, or several small ones. */
  readonly windowBytes?: number | undefined;
}

const defaultWindowBytes = 512 * 1024 * 1024;

/**
 * Layers that a builder has to send, kept a few at a time: in windows, of which each is opened when one
 * of its layers is read, and closed when all have been.
 *
 * While one is read the next one is on its way. A layer that is read again opens its window again.
 */
export class SpoolWindows implements AsyncDisposable {
  readonly #open: OpenWindow;
  readonly #windowBytes: number;
  readonly #byLayer = new Map<Digest, Window>();
  readonly #closing = new AbortController();

  constructor(open: OpenWindow, { windowBytes = defaultWindowBytes }: WindowOptions = {}) {
    this.#open = open;
    this.#windowBytes = windowBytes;
  }

  /** They will be read in this order, more or less. One that was added before stays where it is. */
  add(layers: readonly Descriptor[]): void {
    const added = layers.filter((layer) => !this.has(layer));
    const groups = grouped(added, this.#windowBytes);
    const windows = groups.map(
      (group) => new Window(group, () => this.#open(group, this.#closing.signal)),
    );
    for (const [at, window] of windows.entries()) {
      window.next = windows[at + 1];
      for (const { digest } of window.layers) this.#byLayer.set(digest, window);
    }
  }

  has({ digest }: Pick<Descriptor, 'digest'>): boolean {
    return this.#byLayer.has(digest);
  }

  /** Of a layer that was added. Throws what opening its window throws. */
  async *fetch(
    layer: Pick<Descriptor, 'digest' | 'mediaType'>,
    options: FetchOptions,
  ): AsyncGenerator<Uint8Array> {
    yield* this.#byLayer.get(layer.digest)?.fetch(layer, options) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const windows = new Set(this.#byLayer.values());
    this.#byLayer.clear();
    await Promise.all([...windows].map((window) => window.close()));
  }
}

function grouped(layers: readonly Descriptor[], windowBytes: number): Descriptor[][] {
  const groups: Descriptor[][] = [];
  let leftBytes = 0;
  for (const layer of layers) {
    if (layer.size > leftBytes || groups.length === 0) {
      groups.push([]);
      leftBytes = windowBytes;
    }
    groups.at(-1)?.push(layer);
    leftBytes -= layer.size;
  }
  return groups;
}

class Window {
  readonly layers: readonly Descriptor[];
  next: Window | undefined;
  readonly #open: () => Promise<DisposableSource>;
  readonly #unread: Set<Digest>;
  #spool: Promise<DisposableSource> | undefined;
  #readers = 0;

  constructor(layers: readonly Descriptor[], open: () => Promise<DisposableSource>) {
    this.layers = layers;
    this.#open = open;
    this.#unread = new Set(layers.map(({ digest }) => digest));
  }

  async *fetch(
    layer: Pick<Descriptor, 'digest' | 'mediaType'>,
    options: FetchOptions,
  ): AsyncGenerator<Uint8Array> {
    this.#readers += 1;
    try {
      const spool = await abortable(
        this.#opened(),
        `receiving layer ${layer.digest}`,
        options.signal,
      );
      this.next?.prefetch();
      yield* spool.fetch(layer, options);
      if (!options.range) this.#unread.delete(layer.digest);
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0 && this.#unread.size === 0) await this.close();
    }
  }

  /** Unless it was read before. Its failure is for those who read it: then there may be more room. */
  prefetch(): void {
    if (this.#unread.size > 0) this.#opened().catch(() => {});
  }

  async close(): Promise<void> {
    const spool = await this.#spool?.catch(() => undefined);
    this.#spool = undefined;
    await spool?.[Symbol.asyncDispose]();
  }

  #opened(): Promise<DisposableSource> {
    this.#spool ??= this.#open().catch((error: unknown) => {
      this.#spool = undefined;
      throw error;
    });
    return this.#spool;
  }
}
