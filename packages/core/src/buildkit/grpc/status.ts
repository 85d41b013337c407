/** gRPC status codes, numbered as in the gRPC specification (doc/statuscodes.md). */
export const GrpcCode = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** A typed detail of a status; BuildKit sends them as JSON under a Go type URL. */
export interface StatusDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/**
 * A status that the peer sent in its trailers, or that a served method answers with.
 *
 * It never stands for a broken connection: that is a `WarmdockError` with code `UNAVAILABLE`.
 */
export class GrpcStatusError extends Error {
  readonly status: number;
  readonly details: readonly StatusDetail[];

  constructor(status: number, message: string, details: readonly StatusDetail[] = []) {
    super(message);
    this.name = 'GrpcStatusError';
    this.status = status;
    this.details = details;
  }
}

/** True when `error` is a status with this code. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof GrpcStatusError && error.status === status;
}
