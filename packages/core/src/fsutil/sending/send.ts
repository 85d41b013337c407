import { setImmediate } from 'node:timers/promises';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { createFilter, type EntryFilter, type FilterOptions } from '../matching/filter.js';
import type { BytePath } from '../paths/byte-path.js';
import type { ReadAttributes } from '../wire/extended-attributes.js';
import { PacketBatch } from '../wire/packet-batch.js';
import type { PacketStream } from '../wire/packet-stream.js';
import { encodeError, encodeFinish, endOfStats, statContentBytes } from '../wire/wire.js';
import { ContentSender } from './content-sender.js';
import { Pace } from './pace.js';
import { Requests } from './requests.js';
import { resolveRoot, walkTree } from './walk.js';

export interface TransferTotals {
  /** Files, directories and links that the receiver was told of. */
  entries: number;
  /** Files whose content the receiver asked for and got. */
  files: number;
  /** Content that was sent, the part of a file in progress included. */
  bytes: number;
  /** Size of the files that the receiver asked for; it grows while the receiver is still being told of files. */
  wantedBytes: number;
}

export interface SendOptions extends FilterOptions {
  /** Called after every write with the totals so far, always the same object. */
  onProgress?: (totals: Readonly<TransferTotals>) => void;
  /** Where it is missing, extended attributes are left out. */
  readAttributes?: ReadAttributes | undefined;
  signal?: AbortSignal;
}

/** STATs go out in batches of this size. */
const statBatchBytes = 60 * 1024;

/**
 * Offers the tree at `directory` to the receiver at the other end of `stream` and sends the files that
 * it asks for (fsutil's sender). Settles when the receiver has all it wants. The stream stays
 * open: closing it, also after an error, is the transport's.
 *
 * Nothing outside of the tree is sent, whatever symbolic links it holds or gets meanwhile (see openListed).
 *
 * @throws WarmdockError what walkTree, createFilter and openListed throw, which the receiver is told;
 *   BUILD_FAILED if the receiver gives up, PROTOCOL if it breaks the rules, UNAVAILABLE if the stream breaks, CANCELLED
 */
export function sendTree(
  stream: PacketStream,
  directory: string,
  options: SendOptions = {},
): Promise<TransferTotals> {
  return new Transfer(stream, directory, options).run();
}

class Transfer {
  readonly #stream: PacketStream;
  readonly #directory: string;
  readonly #options: SendOptions;
  readonly #operation: string;
  readonly #requests: Requests;
  readonly #totals: TransferTotals = { entries: 0, files: 0, bytes: 0, wantedBytes: 0 };

  constructor(stream: PacketStream, directory: string, options: SendOptions) {
    this.#stream = stream;
    this.#directory = directory;
    this.#options = options;
    this.#operation = `send ${directory} to the builder`;
    this.#requests = new Requests(this.#operation);
  }

  async run(): Promise<TransferTotals> {
    try {
      await unlessAborted(this.#operation, this.#options.signal, () => this.#transfer());
      return this.#totals;
    } catch (error) {
      this.#requests.close();
      this.#tellReceiver(error);
      throw error;
    }
  }

  /** Runs three loops of which none waits for another, as both sides could then wait for each other. */
  async #transfer(): Promise<void> {
    const root = resolveRoot(this.#directory);
    const filter = createFilter(root, this.#options);
    await Promise.all([this.#sendStats(root, filter), this.#sendContents(root), this.#receive()]);
    await this.#write(this.#frame(encodeFinish()));
  }

  async #sendStats(root: BytePath, filter: EntryFilter | undefined): Promise<void> {
    const batch = new PacketBatch(this.#stream);
    const pace = new Pace();
    for (const entry of walkTree(root, filter, this.#options.readAttributes)) {
      if (this.#requests.isClosed) return;
      if (pace.isOver) await pace.rest();
      if (entry === undefined) continue;
      const contentBytes = statContentBytes(entry);
      if (!batch.hasRoomFor(contentBytes)) {
        if (!batch.isEmpty) await this.#write(batch.take());
        batch.start(statBatchBytes, contentBytes);
      }
      batch.addStat(entry);
      this.#requests.offer(entry);
      this.#totals.entries++;
    }
    this.#requests.endOffers();
    if (!batch.isEmpty) await this.#write(batch.take());
    await this.#write(this.#frame(endOfStats));
  }

  async #sendContents(root: BytePath): Promise<void> {
    const contents = new ContentSender(root, this.#stream, (frames, contentBytes) => {
      this.#totals.bytes += contentBytes;
      return this.#write(frames);
    });
    const pace = new Pace();
    while (!this.#requests.isClosed) {
      const request = this.#requests.take();
      if (request === undefined) {
        await contents.flush();
        await this.#requests.arrival();
        continue;
      }
      await contents.add(request.id, request.file);
      this.#totals.files++;
      if (pace.isOver) {
        await contents.flush();
        await pace.rest();
      }
    }
  }

  /** Never ends the iteration early: that would close the stream, and the answer is still to be sent. */
  async #receive(): Promise<void> {
    const batches = this.#stream.received[Symbol.asyncIterator]();
    while (!this.#requests.isClosed) {
      const { done, value } = await this.#onStream(() => batches.next());
      if (done) throw this.#unavailable('it ended the transfer early');
      for (const packet of value) this.#requests.accept(packet);
    }
  }

  async #write(frames: Buffer): Promise<void> {
    this.#totals.wantedBytes = this.#requests.wantedBytes;
    this.#options.onProgress?.(this.#totals);
    await this.#onStream(() => this.#stream.write(frames) ?? setImmediate());
  }

  #frame(packet: Uint8Array): Buffer {
    const batch = new PacketBatch(this.#stream);
    batch.start(0, packet.length);
    batch.addPacket(packet);
    return batch.take();
  }

  /** The first error counts: one that comes of telling it is of no use to anybody. */
  #tellReceiver(error: unknown): void {
    this.#write(this.#frame(encodeError(messageOf(error)))).catch(() => {});
  }

  /** Foreign errors of the stream get a code; our own pass. */
  async #onStream<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      throw isWarmdockError(cause) ? cause : this.#unavailable(messageOf(cause), cause);
    }
  }

  #unavailable(reason: string, cause?: unknown): WarmdockError {
    return new WarmdockError('UNAVAILABLE', `${this.#operation}: ${reason}`, {
      hint: 'Check that the builder still runs and can be reached.',
      cause,
    });
  }
}

/** Runs `work`, or fails as soon as the signal fires; what waits inside is left to find out by itself. */
async function unlessAborted(
  operation: string,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  if (signal === undefined) return work();
  if (signal.aborted) throw cancelled(operation, signal);
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(cancelled(operation, signal));
    signal.addEventListener('abort', onAbort);
  });
  try {
    await Promise.race([aborted, work()]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
