import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { abortable } from '../../content/abortable.js';
import type { ByteRange, ContentSource } from '../../content/content.js';
import { messageOf, WarmdockError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { algorithmOf, finishDigest, startDigest } from '../../oci/digest.js';
import { isFull } from '../../write-error.js';
import { type ProcessLock, takeProcessLock } from '../state/process-lock.js';
import { type DownloadsFolder, fileNameOf } from './downloads-folder.js';

/** Written and read at a time. */
const blockBytes = 1024 * 1024;

/** Which blob is downloaded, where from and where to. */
export interface DownloadRequest {
  readonly folder: DownloadsFolder;
  readonly blob: Descriptor;
  readonly source: ContentSource;
  /** Its first bytes, where they have come already. */
  readonly received: readonly Uint8Array[];
}

/**
 * A blob on its way from a registry into a file; `undefined` while another process has it there, or
 * where no file can be made.
 */
export async function openDownload(
  request: DownloadRequest,
  signal: AbortSignal,
): Promise<Download | undefined> {
  const { path, locks } = request.folder;
  const file = join(path, fileNameOf(request.blob.digest));
  const key = createHash('sha256').update(file).digest('hex').slice(0, 16);
  // Who is second does not wait: the blob may come from the registry as well.
  const patience = { signal, patienceMs: 0, onWait: async () => false };
  const taken = await takeProcessLock(join(locks, key), patience);
  if (taken.how === 'denied') return undefined;
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const handle = await open(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600).catch(() => undefined);
  if (handle) return new Download(request, { path: file, handle, lock: taken.lock }, signal);
  taken.lock.release();
  return undefined;
}

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly lock: ProcessLock;
}

/** See `openDownload`. */
export class Download {
  readonly blob: Descriptor;
  /** Settles when all of it has come, or no more will. */
  readonly ended: Promise<void>;
  readonly #file: OpenFile;
  readonly #source: ContentSource;
  readonly #signal: AbortSignal;
  #failure: { readonly error: unknown } | undefined;
  /** Why the file is no more. */
  #abandoned: string | undefined;
  /** How much may be read. */
  #readableBytes = 0;
  #wasRead = false;
  #news: (() => void)[] = [];

  constructor({ blob, source, received }: DownloadRequest, file: OpenFile, signal: AbortSignal) {
    this.blob = blob;
    this.#file = file;
    this.#source = source;
    this.#signal = signal;
    this.ended = this.#fill(received).catch((error: unknown) => this.#fail(error));
  }

  get isWhole(): boolean {
    return this.#readableBytes === this.blob.size;
  }

  /** Why it has no file any more. */
  get abandoned(): string | undefined {
    return this.#abandoned;
  }

  /** The bytes from there on, as they come; ends early when the download is abandoned. Throws what the registry throws. */
  async *read(from: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    let at = from;
    while (at < this.blob.size) {
      if (at >= this.#readableBytes) {
        if (this.#failure) throw this.#failure.error;
        if (this.#abandoned !== undefined) return;
        await abortable(this.#nextNews(), `reading blob ${this.blob.digest}`, signal);
        continue;
      }
      const length = Math.min(blockBytes, this.#readableBytes - at);
      const chunk = await this.#readAt(at, length);
      at += chunk.length;
      // A reader takes the last bytes only when it found all of them right.
      if (at === this.blob.size) this.#wasRead = true;
      yield chunk;
    }
  }

  /** A part of what is whole. */
  async *readPart({ offset, length }: ByteRange): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < offset + length; at += blockBytes)
      yield await this.#readAt(at, Math.min(blockBytes, offset + length - at));
  }

  /** Removes the file of what was read; the rest stays for the next one. */
  async close(): Promise<void> {
    await this.ended;
    if (this.#wasRead) await rm(this.#file.path, { force: true });
    await this.#file.handle.close();
    this.#file.lock.release();
  }

  async #readAt(at: number, length: number): Promise<Uint8Array> {
    const { buffer, bytesRead } = await this.#file.handle.read({
      buffer: Buffer.allocUnsafe(length),
      position: at,
    });
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    throw new WarmdockError(
      'UNAVAILABLE',
      `the download ${this.#file.path} was cut short by others`,
    );
  }

  async #fill(received: readonly Uint8Array[]): Promise<void> {
    const { handle } = this.#file;
    const { size: there } = await handle.stat();
    if (there > 0 && there <= this.blob.size && (await this.#goOn(there))) return;
    await handle.truncate(0);
    const first = Buffer.concat(received);
    await handle.write(first, 0, first.length, 0);
    this.#grow(first.length);
    if (first.length < this.blob.size)
      await this.#receive(first.length, (writtenBytes) => this.#grow(writtenBytes));
  }

  /** Takes up what another process has left; false when that is not the blob's beginning after all. */
  async #goOn(there: number): Promise<boolean> {
    const algorithm = algorithmOf(this.blob.digest);
    const hash = startDigest(algorithm);
    for await (const chunk of this.readPart({ offset: 0, length: there })) {
      this.#signal.throwIfAborted();
      hash.update(chunk);
    }
    if (there < this.blob.size) await this.#receive(there, (_, block) => hash.update(block));
    if (finishDigest(hash, algorithm) !== this.blob.digest) return false;
    this.#grow(this.blob.size);
    return true;
  }

  async #receive(
    offset: number,
    onBlock: (writtenBytes: number, block: Uint8Array) => void,
  ): Promise<void> {
    const { handle } = this.#file;
    const range = { offset, length: this.blob.size - offset };
    let at = offset;
    const chunks = this.#source.fetch(this.blob, {
      signal: this.#signal,
      ...(offset > 0 && { range }),
    });
    for await (const block of inBlocks(chunks)) {
      await handle.write(block, 0, block.length, at);
      at += block.length;
      onBlock(at, block);
    }
  }

  #grow(readableBytes: number): void {
    this.#readableBytes = Math.min(readableBytes, this.blob.size);
    this.#tell();
  }

  async #fail(error: unknown): Promise<void> {
    if (isFull(error as NodeJS.ErrnoException)) {
      const { path } = this.#file;
      this.#abandoned = `blob ${this.blob.digest} cannot be kept in ${path}: ${messageOf(error)}`;
      await rm(path, { force: true }).catch(() => {});
    } else this.#failure = { error };
    this.#tell();
  }

  #nextNews(): Promise<void> {
    return new Promise((resolve) => {
      this.#news.push(resolve);
    });
  }

  #tell(): void {
    for (const tell of this.#news.splice(0)) tell();
  }
}

/** Small chunks together: each write is a round through the thread pool. */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < blockBytes) continue;
    yield Buffer.concat(held, heldBytes);
    [held, heldBytes] = [[], 0];
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}
