import type { Duplex } from 'node:stream';
import { checkArgument } from '../options/check-options.js';
import { acceptedBy } from '../options/checks.js';
import { type BuilderAddress, formatBuilderAddress, requestTarget } from './address.js';
import { dialBuilder } from './dial.js';
import type { ChannelOptions } from './grpc/channel.js';

/** How to open a connection. */
export interface OpenOptions {
  signal?: AbortSignal | undefined;
}

/** How to reach a BuildKit: a dialled address, a program in its container, or the Docker daemon that it is part of. */
export interface BuilderTransport {
  /** Names the builder in messages. */
  readonly name: string;
  /** What its connections say of where they go, and how long they wait for what. */
  readonly channel?: ChannelOptions;
  /** Opens a byte stream that speaks gRPC. */
  open(options: OpenOptions): Promise<Duplex>;
  /**
   * Opens the byte stream of a session where the builder has a way of its own for that.
   *
   * Without it, and when it has none after all, sessions run through `Control.Session`.
   */
  openSession?(
    headers: Record<string, string | string[]>,
    options: OpenOptions,
  ): Promise<Duplex | undefined>;
  /** Ends what is kept between connections; these stay, and more may be opened. */
  close?(): void;
}

const anAddress = acceptedBy('what parseBuilderAddress gave', (value) =>
  ['unix', 'tcp'].includes((value as Partial<BuilderAddress> | undefined)?.kind ?? ''),
);

/** The transport of a buildkitd that listens on an address. */
export function addressTransport(
  address: BuilderAddress,
  channel: ChannelOptions = {},
): BuilderTransport {
  checkArgument('addressTransport', 'address', address, anAddress);
  return {
    name: formatBuilderAddress(address),
    channel: { target: requestTarget(address), ...channel },
    open: (options) => dialBuilder(address, options),
  };
}
