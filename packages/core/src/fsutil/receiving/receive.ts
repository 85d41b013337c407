import { mkdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { cancelled, isWarmdockError, messageOf, WarmdockError } from '../../errors.js';
import { PacketBatch } from '../wire/packet-batch.js';
import type { PacketStream } from '../wire/packet-stream.js';
import {
  decodePacket,
  decodeStat,
  encodeError,
  encodeFinish,
  encodeRequest,
  type Packet,
  PacketType,
} from '../wire/wire.js';
import { ReceivedEntries, type ReceivedEntry } from './received-entries.js';
import { type OpenFile, TreeWriter } from './tree-writer.js';

/** How many files are asked for at a time: more than a sender reads at once, few enough to hold open. */
const maxAsked = 32;

/**
 * Takes the tree that the sender at the other end of `stream` offers into `directory`, which is made
 * if it is not there (fsutil's receiver, merging). Settles when the sender has confirmed the end.
 *
 * @throws WarmdockError what ReceivedEntries and TreeWriter throw, which the sender is told;
 *   BUILD_FAILED if the sender gives up, PROTOCOL if it breaks the rules, UNAVAILABLE if the stream breaks, CANCELLED
 */
export function receiveTree(
  stream: PacketStream,
  directory: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  return new Reception(stream, directory, signal).run();
}

class Reception {
  readonly #stream: PacketStream;
  readonly #signal: AbortSignal | undefined;
  readonly #operation: string;
  readonly #directory: string;
  readonly #entries: ReceivedEntries;
  readonly #tree: TreeWriter;
  /** Files whose content is still to be asked for, in their order. */
  #waiting: ReceivedEntry[] = [];
  #next = 0;
  readonly #asked = new Map<number, OpenFile>();
  #allOffered = false;
  #isFinished = false;

  constructor(stream: PacketStream, directory: string, signal: AbortSignal | undefined) {
    this.#stream = stream;
    this.#signal = signal;
    this.#directory = directory;
    this.#operation = `write ${directory}`;
    this.#entries = new ReceivedEntries(this.#operation);
    this.#tree = new TreeWriter(directory);
  }

  async run(): Promise<void> {
    try {
      this.#makeDirectory();
      await this.#receive();
    } catch (error) {
      const failure = this.#failureOf(error);
      this.#send(encodeError(messageOf(failure))).catch(() => {});
      throw failure;
    } finally {
      for (const file of this.#asked.values()) file.discard();
    }
  }

  #makeDirectory(): void {
    try {
      mkdirSync(this.#directory, { recursive: true });
    } catch (cause) {
      throw new WarmdockError(
        'PERMISSION_DENIED',
        `cannot make directory ${this.#directory}: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  /** Never ends the iteration early: that would close the stream, and an error is still to be sent. */
  async #receive(): Promise<void> {
    const batches = this.#stream.received[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await batches.next();
      if (done) throw this.#brokeOff();
      for (const packet of value) if (await this.#accept(packet)) return;
      await this.#ask();
    }
  }

  /** True for the last packet. */
  async #accept(bytes: Uint8Array): Promise<boolean> {
    const packet = decodePacket(bytes);
    if (packet?.type === PacketType.stat) this.#acceptStat(packet);
    else if (packet?.type === PacketType.content) await this.#acceptContent(packet);
    else if (packet?.type === PacketType.finish && this.#isFinished) return true;
    else if (packet?.type === PacketType.error) throw this.#refused(packet.bytes);
    else throw this.#broken('it sent a packet which no sender sends now');
    return false;
  }

  #acceptStat({ stat: bytes }: Packet): void {
    if (this.#allOffered) throw this.#broken('it offered more after the end');
    if (!bytes) {
      this.#allOffered = true;
      return;
    }
    const stat = decodeStat(bytes);
    if (!stat) throw this.#broken('it sent an entry that cannot be read');
    const entry = this.#entries.accept(stat);
    if (entry.kind === 'file') this.#waiting.push(entry);
    else this.#tree.add(entry);
  }

  async #acceptContent({ id, bytes }: Packet): Promise<void> {
    const file = this.#asked.get(id);
    if (!file) throw this.#broken(`it sent content of ${id}, which was not asked for`);
    if (bytes.length > 0) return file.write(bytes);
    this.#asked.delete(id);
    file.finish();
  }

  async #ask(): Promise<void> {
    while (this.#asked.size < maxAsked) {
      const entry = this.#waiting[this.#next];
      if (!entry) break;
      this.#next += 1;
      this.#asked.set(entry.id, this.#tree.openFile(entry));
      await this.#send(encodeRequest(entry.id));
    }
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    if (!this.#allOffered || this.#asked.size > 0 || this.#isFinished) return;
    this.#isFinished = true;
    this.#tree.finish();
    await this.#send(encodeFinish());
  }

  async #send(packet: Uint8Array): Promise<void> {
    const batch = new PacketBatch(this.#stream);
    batch.start(0, packet.length);
    batch.addPacket(packet);
    await (this.#stream.write(batch.take()) ?? setImmediate());
  }

  #failureOf(error: unknown): WarmdockError {
    if (this.#signal?.aborted) return cancelled(this.#operation, this.#signal);
    return isWarmdockError(error) ? error : this.#brokeOff(error);
  }

  #broken(reason: string): WarmdockError {
    return new WarmdockError(
      'PROTOCOL',
      `${this.#operation}: the builder broke the rules: ${reason}`,
    );
  }

  #refused(answer: Uint8Array): WarmdockError {
    return new WarmdockError('BUILD_FAILED', `${this.#operation}: ${Buffer.from(answer)}`, {
      hint: 'This is what the builder answered; its log may say more.',
    });
  }

  #brokeOff(cause?: unknown): WarmdockError {
    const why = cause === undefined ? 'the transfer ended early' : messageOf(cause);
    return new WarmdockError('UNAVAILABLE', `${this.#operation}: ${why}`, {
      hint: 'Check that the builder still runs and can be reached.',
      cause,
    });
  }
}
