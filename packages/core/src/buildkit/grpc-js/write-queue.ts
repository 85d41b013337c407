import type { ChannelInterface } from '@grpc/grpc-js';

/** A call as grpc-js's own client has it: it takes one message at a time. */
export type RawCall = ReturnType<ChannelInterface['createCall']>;

/** What a call may hold unsent before its writer is asked to wait. */
const maxQueuedBytes = 64 * 1024;

/** Hands messages to a call one after the other, each when the one before is on its way. */
export class WriteQueue {
  readonly #call: RawCall;
  readonly #waiting: Buffer[] = [];
  #queuedBytes = 0;
  #isSending = false;
  #isLast = false;
  #isClosed = false;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(call: RawCall) {
    this.#call = call;
  }

  /** Answers with a promise when the writer should wait, which settles when there is room again. */
  add(messages: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    for (const message of messages) {
      this.#waiting.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
      this.#queuedBytes += message.byteLength;
    }
    this.#send();
    if (this.#queuedBytes <= maxQueuedBytes) return undefined;
    this.#room ??= newRoom();
    return this.#room.promise;
  }

  /** No more messages follow. */
  end(): void {
    this.#isLast = true;
    this.#send();
  }

  /** The call is over: what waits goes nowhere. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#queuedBytes = 0;
    this.#giveRoom();
  }

  #send(): void {
    if (this.#isSending || this.#isClosed) return;
    const message = this.#waiting.shift();
    if (message) {
      this.#isSending = true;
      this.#call.sendMessageWithContext({ callback: () => this.#sent(message) }, message);
    } else if (this.#isLast) {
      this.#isClosed = true;
      this.#call.halfClose();
    }
  }

  #sent(message: Buffer): void {
    this.#isSending = false;
    if (this.#isClosed) return;
    this.#queuedBytes -= message.length;
    if (this.#queuedBytes <= maxQueuedBytes) this.#giveRoom();
    this.#send();
  }

  #giveRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}

function newRoom() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
