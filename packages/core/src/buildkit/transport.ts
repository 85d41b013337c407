import type { Duplex } from 'node:stream';
import { checkArgument } from '../options/check-options.js';
import { acceptedBy } from '../options/checks.js';
import { type BuilderAddress, formatBuilderAddress } from './address.js';
import { dial } from './dial.js';

export interface OpenOptions {
  signal?: AbortSignal | undefined;
}

/** How to reach a BuildKit: a dialled address, or a Docker daemon's upgraded connections. */
export interface BuilderTransport {
  /** Names the builder in messages. */
  readonly name: string;
  /** Opens a byte stream that speaks gRPC. */
  open(options: OpenOptions): Promise<Duplex>;
  /**
   * Opens the byte stream of a session where the builder has a way of its own for that.
   *
   * Without it sessions run through `Control.Session`.
   */
  openSession?(headers: Record<string, string | string[]>, options: OpenOptions): Promise<Duplex>;
}

const anAddress = acceptedBy('what parseBuilderAddress gave', (value) =>
  ['unix', 'tcp'].includes((value as Partial<BuilderAddress> | undefined)?.kind ?? ''),
);

/** The transport of a buildkitd that listens on an address. */
export function addressTransport(address: BuilderAddress): BuilderTransport {
  checkArgument('addressTransport', 'address', address, anAddress);
  return { name: formatBuilderAddress(address), open: (options) => dial(address, options) };
}
