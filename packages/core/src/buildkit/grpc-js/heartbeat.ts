export interface HeartbeatOptions {
  /** How long nothing may be heard, while calls are open, before the peer is asked. */
  readonly quietMs: number;
  /** How long its answer may take then. */
  readonly answerMs: number;
}

/**
 * Finds out that a peer does not answer any more, while something is expected of it.
 *
 * It asks by a call. PINGs will not do: servers written in Go end a connection that has more than one
 * in 5 minutes while they have nothing to say (`keepalive.EnforcementPolicy` of grpc-go).
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #ask: (answerMs: number) => Promise<unknown>;
  readonly #onDead: (silentMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #openCalls = 0;
  #heardAt = 0;
  #isAsking = false;

  /** `ask` settles when the peer has said anything, and rejects when it has not in time. */
  constructor(
    options: HeartbeatOptions,
    ask: (answerMs: number) => Promise<unknown>,
    onDead: (silentMs: number) => void,
  ) {
    this.#options = options;
    this.#ask = ask;
    this.#onDead = onDead;
  }

  /** A call begins. */
  begin(): void {
    this.heard();
    if (this.#openCalls++ > 0) return;
    this.#timer = setInterval(() => void this.#check(), this.#options.quietMs / 2).unref();
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  /** A call has ended. */
  end(): void {
    if (--this.#openCalls === 0) clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const { quietMs, answerMs } = this.#options;
    if (this.#isAsking || performance.now() - this.#heardAt < quietMs) return;
    this.#isAsking = true;
    try {
      await this.#ask(answerMs);
      this.heard();
    } catch {
      this.#onDead(performance.now() - this.#heardAt);
    } finally {
      this.#isAsking = false;
    }
  }
}
