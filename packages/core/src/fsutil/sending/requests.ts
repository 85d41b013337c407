import { WarmdockError } from '../../errors.js';
import type { Entry } from '../wire/entry.js';
import { decodePacket, PacketType } from '../wire/wire.js';
import { type ListedFile, OfferedFiles } from './offered-files.js';

/** A file whose content the receiver wants. */
export interface Request {
  readonly id: number;
  readonly file: ListedFile;
}

/** What was offered to the receiver, what it asked for, and whether it has all it wants. */
export class Requests {
  readonly #operation: string;
  readonly #offered = new OfferedFiles();
  /** Ids in the order of arrival. */
  #queue: number[] = [];
  #taken = 0;
  #wantedBytes = 0;
  #allOffered = false;
  #closed = false;
  #wake: () => void = () => {};

  /** @param operation what errors say that failed */
  constructor(operation: string) {
    this.#operation = operation;
  }

  /** Whether the receiver has said that it has all it wants, or the transfer has failed. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Size of all files that were asked for so far. */
  get wantedBytes(): number {
    return this.#wantedBytes;
  }

  /** Ends the transfer from this side, and a wait for an arrival with it. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Gives the entry the next id: its position among all entries, of whatever kind. */
  offer(entry: Entry): void {
    this.#offered.add(entry);
  }

  endOffers(): void {
    this.#allOffered = true;
  }

  /**
   * Takes in a packet of the receiver.
   *
   * @throws WarmdockError BUILD_FAILED if it is an error, PROTOCOL if it is none that a receiver may send now
   */
  accept(bytes: Uint8Array): void {
    const packet = decodePacket(bytes);
    if (packet?.type === PacketType.request) this.#request(packet.id);
    else if (packet?.type === PacketType.finish) this.#finish();
    else if (packet?.type === PacketType.error) throw this.#refused(packet.bytes);
    else throw this.#broken('it sent a packet which no receiver sends');
    this.#wake();
  }

  /** The next request in the order of arrival, or undefined if none waits. */
  take(): Request | undefined {
    const id = this.#queue[this.#taken];
    if (id === undefined) {
      this.#queue = [];
      this.#taken = 0;
      return undefined;
    }
    this.#taken++;
    return { id, file: this.#offered.read(id) };
  }

  /** Settles when a request waits or the transfer is closed. */
  async arrival(): Promise<void> {
    while (!this.#closed && this.#taken === this.#queue.length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #request(id: number): void {
    const sizeBytes = this.#offered.claim(id);
    if (sizeBytes === undefined)
      throw this.#broken(`it asked for file ${id}, which is not on offer`);
    this.#wantedBytes += sizeBytes;
    this.#queue.push(id);
  }

  #finish(): void {
    if (!this.#allOffered || this.#taken < this.#queue.length) {
      throw this.#broken('it finished before everything was sent');
    }
    this.#closed = true;
  }

  #broken(reason: string): WarmdockError {
    return new WarmdockError('PROTOCOL', `${this.#operation}: ${reason}`);
  }

  #refused(answer: Uint8Array): WarmdockError {
    return new WarmdockError('BUILD_FAILED', `${this.#operation}: ${Buffer.from(answer)}`, {
      hint: 'This is what the builder answered; its log may say more.',
    });
  }
}
