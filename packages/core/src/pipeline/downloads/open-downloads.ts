import type { CallContext } from '../../call-context.js';
import type { ContentSource, FetchOptions } from '../../content/content.js';
import { messageOf } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { type Download, openDownload } from './download.js';
import {
  type DownloadsFolder,
  interruptedDownloads,
  openDownloadsFolder,
} from './downloads-folder.js';
import { Pace } from './pace.js';

/** The blobs of a registry, of which large ones may pass through files; dispose of it after the load. */
export interface Downloads extends ContentSource, AsyncDisposable {}

/** How many layers come ahead of the one that is read; docker's daemon has as many. */
const concurrency = 3;
/** Smaller ones are there before a file is. */
const smallBytes = 1024 * 1024;

/**
 * Reads a registry's layers. From one that is far away several come side by side, into files in the
 * user's cache folder: one that breaks off goes on where it was, in another process too.
 *
 * From one that is near they come straight, one after the other: files would only cost time. Files of
 * layers that were read to their end are removed. Where no file can be kept, a notice says why.
 */
export function openDownloads(source: ContentSource, context: CallContext): Downloads {
  return new RegistryDownloads(source, context);
}

class RegistryDownloads implements Downloads {
  readonly #source: ContentSource;
  readonly #context: CallContext;
  readonly #stop = new AbortController();
  readonly #downloads = new Map<Digest, Promise<Download | undefined>>();
  /** Layers that will be read, in their order. */
  #coming: Descriptor[] = [];
  #interrupted: Promise<ReadonlySet<Digest>> | undefined;
  #folder: Promise<DownloadsFolder | undefined> | undefined;
  #isNear = false;
  #isFar = false;
  #running = 0;

  constructor(source: ContentSource, context: CallContext) {
    this.#source = source;
    this.#context = context;
  }

  exists(...asked: Parameters<ContentSource['exists']>): Promise<boolean> {
    return this.#source.exists(...asked);
  }

  async prepare(blobs: readonly Descriptor[]): Promise<void> {
    this.#coming.push(...blobs.filter(isLarge));
    this.#pump();
  }

  async *fetch(
    blob: Parameters<ContentSource['fetch']>[0],
    options: FetchOptions = {},
  ): AsyncGenerator<Uint8Array> {
    const { range } = options;
    if (!isLarge(blob)) return yield* this.#source.fetch(blob, options);
    if (range) {
      const whole = await this.#downloads.get(blob.digest);
      if (whole?.isWhole) yield* whole.readPart(range);
      else yield* this.#source.fetch(blob, options);
      return;
    }
    this.#coming = this.#coming.filter(({ digest }) => digest !== blob.digest);
    if (await this.#isKept(blob)) yield* this.#readKept(blob, await this.#begin(blob), 0, options);
    else yield* this.#readStraight(blob, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const all = await Promise.allSettled(this.#downloads.values());
    await Promise.all(
      all.map((each) => (each.status === 'fulfilled' ? each.value?.close() : undefined)),
    );
  }

  /** Whether the blob has a file, or is to have one. */
  async #isKept({ digest }: Descriptor): Promise<boolean> {
    if (this.#isFar || this.#downloads.has(digest)) return true;
    this.#interrupted ??= interruptedDownloads(this.#context.env ?? process.env);
    return (await this.#interrupted).has(digest);
  }

  /** Goes over to a file when the registry turns out to be far away. */
  async *#readStraight(blob: Descriptor, options: FetchOptions): AsyncGenerator<Uint8Array> {
    const pace = new Pace();
    for await (const chunk of this.#source.fetch(blob, options)) {
      yield chunk;
      if (this.#isNear) continue;
      pace.add(chunk);
      this.#isNear = pace.isNear;
      if (pace.isFar) break;
    }
    if (!pace.isFar || pace.passedBytes === blob.size) return;
    this.#isFar = true;
    const download = await this.#begin(blob, pace.chunks);
    this.#pump();
    yield* this.#readKept(blob, download, pace.passedBytes, options);
  }

  /** The blob from that byte on, out of its file as long as there is one. */
  async *#readKept(
    blob: Descriptor,
    download: Download | undefined,
    from: number,
    options: FetchOptions,
  ): AsyncGenerator<Uint8Array> {
    let offset = from;
    for await (const chunk of download?.read(from, options.signal) ?? []) {
      offset += chunk.length;
      yield chunk;
    }
    if (offset === blob.size) return;
    if (download?.abandoned) this.#notify(download.abandoned);
    const rest = { offset, length: blob.size - offset };
    yield* this.#source.fetch(blob, offset === 0 ? options : { ...options, range: rest });
  }

  #begin(blob: Descriptor, received: readonly Uint8Array[] = []): Promise<Download | undefined> {
    const known = this.#downloads.get(blob.digest);
    if (known) return known;
    const begun = this.#openFolder(blob).then((folder) =>
      folder
        ? openDownload({ folder, blob, source: this.#source, received }, this.#stop.signal)
        : undefined,
    );
    this.#downloads.set(blob.digest, begun);
    this.#running += 1;
    const next = () => {
      this.#running -= 1;
      this.#pump();
    };
    begun.then((download) => download?.ended).then(next, next);
    return begun;
  }

  #pump(): void {
    while (this.#isFar && this.#running <= concurrency && !this.#stop.signal.aborted) {
      const blob = this.#coming.shift();
      if (!blob) return;
      this.#begin(blob).catch(() => {});
    }
  }

  /** With room for this blob, and for those that will be read. */
  #openFolder(blob: Descriptor): Promise<DownloadsFolder | undefined> {
    const { env = process.env } = this.#context;
    this.#folder ??= openDownloadsFolder([blob, ...this.#coming], env).catch((error: unknown) => {
      this.#notify(messageOf(error));
      return undefined;
    });
    return this.#folder;
  }

  #notify(why: string): void {
    const message = `${why}; reading straight from the registry, and a download that breaks off begins anew`;
    this.#context.onProgress?.({ type: 'notice', message });
  }
}

function isLarge(blob: { readonly size?: number | undefined }): blob is Descriptor {
  return blob.size !== undefined && blob.size > smallBytes;
}
