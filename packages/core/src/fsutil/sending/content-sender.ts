import { closeSync, read, readSync } from 'node:fs';
import type { BytePath } from '../paths/byte-path.js';
import { unreadableFile } from '../paths/unreadable.js';
import { type Framing, PacketBatch } from '../wire/packet-batch.js';
import type { ListedFile } from './offered-files.js';
import { type OpenedFile, openListed } from './open-listed.js';

/** Small files share a batch of this size. */
const batchBytes = 128 * 1024;

/** Up to here a synchronous read takes less time than handing it to another thread. */
const smallFileBytes = 256 * 1024;

const chunkBytes = 512 * 1024;

/** Sends frames, which hold so many bytes of content, and settles when more may be written. */
export type WriteContents = (frames: Buffer, contentBytes: number) => Promise<void>;

/**
 * Turns files into DATA packets. One batch is filled while the one before is being written, so
 * that memory stays at two chunks and reading overlaps with sending.
 */
export class ContentSender {
  readonly #root: BytePath;
  readonly #write: WriteContents;
  readonly #batch: PacketBatch;
  #batchedBytes = 0;
  #writing: Promise<void> | undefined;

  constructor(root: BytePath, framing: Framing, write: WriteContents) {
    this.#root = root;
    this.#write = write;
    this.#batch = new PacketBatch(framing);
  }

  /**
   * Adds the content of the file and its end, as many bytes as it has when it is opened: what is
   * appended later is left out, and of a file that is cut off meanwhile only the rest is sent.
   *
   * @throws what openListed and `write` throw; PERMISSION_DENIED or UNAVAILABLE if reading fails
   */
  async add(id: number, file: ListedFile): Promise<void> {
    const opened = openListed(this.#root, file);
    try {
      if (opened) await this.#addContent(id, file, opened);
      // Behind content there is room for its end.
      if (!opened?.sizeBytes && !this.#batch.hasRoomFor(0)) await this.#makeRoom(0);
      this.#batch.addEndOfContent(id);
    } finally {
      if (opened) closeSync(opened.fd);
    }
  }

  async #addContent(id: number, file: ListedFile, { fd, sizeBytes }: OpenedFile): Promise<void> {
    let sent = 0;
    for (let got = 1; got > 0 && sent < sizeBytes; sent += got) {
      const maxBytes = Math.min(sizeBytes - sent, chunkBytes);
      if (!this.#batch.hasRoomFor(maxBytes)) await this.#makeRoom(maxBytes);
      const place = this.#batch.placeForContent(id, maxBytes);
      got = await this.#read(file, fd, place, sizeBytes);
      if (got > 0) this.#batch.addContent(id, maxBytes, got);
      this.#batchedBytes += got;
    }
  }

  /** Hands what was added to the transport, once it has taken the batch before. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#batch.isEmpty) return;
    this.#writing = this.#write(this.#batch.take(), this.#batchedBytes);
    this.#batchedBytes = 0;
    // Whoever waits next is told of a failure; until then it is not unhandled.
    this.#writing.catch(() => {});
  }

  async #read(file: ListedFile, fd: number, place: Buffer, sizeBytes: number): Promise<number> {
    try {
      return sizeBytes <= smallFileBytes ? readSync(fd, place) : await readInBackground(fd, place);
    } catch (cause) {
      throw unreadableFile(this.#root, file.path, cause);
    }
  }

  async #makeRoom(contentBytes: number): Promise<void> {
    await this.flush();
    this.#batch.start(batchBytes, contentBytes);
  }
}

function readInBackground(fd: number, place: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, place, 0, place.length, null, (error, got) => (error ? reject(error) : resolve(got)));
  });
}
