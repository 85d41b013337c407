import type { SolveStatus } from '../../buildkit/solve-status.js';
import type { Progress } from '../../progress.js';

type Sent = Extract<Progress, { type: 'context' }>;
type Transfer = SolveStatus['statuses'][number];

/**
 * What this side knows of the directories that it sends, added to the builder's news of them: BuildKit
 * reports how much of a directory it has got, as `transferring NAME:`, and not how much that will be.
 */
export class Uploads {
  readonly #sent = new Map<string, Sent>();

  note(sent: Sent): void {
    this.#sent.set(`transferring ${sent.name}:`, sent);
  }

  withTotals(status: SolveStatus): SolveStatus {
    return { ...status, statuses: status.statuses.map((each) => this.#withTotal(each)) };
  }

  #withTotal(transfer: Transfer): Transfer {
    const sent = this.#sent.get(transfer.id);
    if (!sent || transfer.completed || transfer.total > 0) return transfer;
    // The builder counts the list of files, too.
    const current = Math.min(transfer.current, sent.sizeBytes);
    return { ...transfer, current, total: sent.wantedBytes };
  }
}
