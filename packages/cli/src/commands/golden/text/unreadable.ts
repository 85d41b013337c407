import { formatTable } from '../../../report/table.js';

/** What could not be read and was passed over; empty when there is nothing of the kind. */
export function formatUnreadable(unreadable: readonly string[]): string {
  return formatTable(unreadable.map((text) => ['cannot be read', text]));
}
