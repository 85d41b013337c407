import type { IncomingHttpHeaders } from 'node:http';
import type { ProviderName } from './webhook-config.js';

/** A request whose body has been read. */
export interface HookRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** What a request asks for. */
export type Delivery =
  | {
      readonly kind: 'build';
      /** One line for people. */
      readonly reason: string;
      /** The provider's id of the delivery, the same when it is sent again. */
      readonly id?: string | undefined;
      /** The signed content: the same twice is a repetition. */
      readonly vouched: string | Buffer;
    }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'malformed' };

/** How one kind of sender signs and what its payloads say. */
export interface Provider {
  readonly name: ProviderName;
  /** Whether the request claims to be of this kind. */
  claims(headers: IncomingHttpHeaders): boolean;
  /** Whether the sender knows the secret; takes the same time whatever is wrong with the signature. */
  authenticates(request: HookRequest, secret: Buffer): boolean;
  /** Reads an authentic request. */
  read(request: HookRequest, branch: string | undefined): Delivery;
}
