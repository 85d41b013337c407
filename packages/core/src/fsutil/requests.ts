import { WarmdockError } from '../errors.js';
import { type Entry, isRegularFile } from './entry.js';
import { decodePacket, PacketType } from './wire.js';

/** A file whose content the receiver wants. */
export interface Request {
  readonly id: number;
  readonly entry: Entry;
}

/** What was offered to the receiver, what it asked for, and whether it has all it wants. */
export class Requests {
  readonly #operation: string;
  /** By id: the regular files that may still be asked for. */
  readonly #offered: (Entry | undefined)[] = [];
  #queue: Request[] = [];
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
    this.#offered.push(isRegularFile(entry) ? entry : undefined);
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
    const request = this.#queue[this.#taken];
    if (request === undefined) {
      this.#queue = [];
      this.#taken = 0;
    } else this.#taken++;
    return request;
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
    const entry = this.#offered[id];
    if (entry === undefined) throw this.#broken(`it asked for file ${id}, which is not on offer`);
    this.#offered[id] = undefined;
    this.#wantedBytes += entry.sizeBytes;
    this.#queue.push({ id, entry });
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
