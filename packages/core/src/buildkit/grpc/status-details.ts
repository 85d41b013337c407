import { Status } from '../../gen/status.js';
import type { StatusDetail } from './status.js';

/** What `grpc-status-details-bin` says; nothing when it cannot be read. */
export function statusDetailsOf(encoded: Uint8Array): StatusDetail[] {
  try {
    return Status.decode(encoded).details;
  } catch {
    return [];
  }
}
