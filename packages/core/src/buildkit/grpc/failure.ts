import { type ErrorCode, WarmdockError } from '../../errors.js';
import { GrpcCode, GrpcStatusError } from './status.js';

const codes: Readonly<Record<number, ErrorCode>> = {
  [GrpcCode.CANCELLED]: 'CANCELLED',
  [GrpcCode.INVALID_ARGUMENT]: 'INVALID_ARGUMENT',
  [GrpcCode.DEADLINE_EXCEEDED]: 'TIMEOUT',
  [GrpcCode.NOT_FOUND]: 'NOT_FOUND',
  [GrpcCode.PERMISSION_DENIED]: 'PERMISSION_DENIED',
  [GrpcCode.UNIMPLEMENTED]: 'UNSUPPORTED',
  [GrpcCode.UNAVAILABLE]: 'UNAVAILABLE',
  [GrpcCode.UNAUTHENTICATED]: 'PERMISSION_DENIED',
};

/** The code that says the same as a gRPC status, where there is one. */
export function codeOfStatus(status: number): ErrorCode | undefined {
  return codes[status];
}

/** A peer's status as the error that leaves this package; `operation` names what was asked of whom. Others pass as they are. */
export function grpcFailure(error: unknown, operation: string): unknown {
  if (!(error instanceof GrpcStatusError)) return error;
  return new WarmdockError(
    codeOfStatus(error.status) ?? 'INTERNAL',
    `${operation} failed: ${error.message}`,
    { cause: error },
  );
}
