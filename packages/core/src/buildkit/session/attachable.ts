import type { Method } from '../grpc/server.js';

/** A service that BuildKit may call on us for the length of a session. */
export interface Attachable {
  /** The served methods by path, `/package.Service/Method`. */
  readonly methods: Readonly<Record<string, Method>>;
}
