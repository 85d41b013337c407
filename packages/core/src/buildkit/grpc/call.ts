/** One gRPC call in flight: writes requests, yields answers, ends with the peer's status. */
export interface Call {
  /** The answers in order; ends when the status is OK, else throws it. Iterate once. */
  readonly messages: AsyncIterable<Buffer>;
  /** Queues messages; resolves when the peer's window has room again, at once if it has. Never rejects. */
  write(messages: readonly Uint8Array[]): Promise<void> | undefined;
  /** As `write`, for whole messages that stand in the pieces as gRPC frames them. */
  writeFrames(pieces: readonly Uint8Array[]): Promise<void> | undefined;
  /** Says that no more requests follow. */
  end(): void;
  /** Abandons the call; the peer sees it as cancelled. */
  cancel(): void;
}
