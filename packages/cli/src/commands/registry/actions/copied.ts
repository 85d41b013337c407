import { formatSize } from '@warmdock/core/internal';
import type { CopyProgress, CopyResult } from '@warmdock/core/registry';
import type { RegistryContext } from './command.js';

/** Reports how much of all blobs has moved so far. */
export function reportCopy(
  doing: string,
  { progress }: Pick<RegistryContext, 'progress'>,
): (event: CopyProgress) => void {
  const moved = new Map<string, number>();
  let sumBytes = 0;
  return ({ blob, movedBytes }) => {
    sumBytes += movedBytes - (moved.get(blob.digest) ?? 0);
    moved.set(blob.digest, movedBytes);
    progress.step(`${doing}: ${formatSize(sumBytes)}`);
  };
}

/** What became of an image's blobs. */
export function formatCopied({ blobs, movedBytes }: Pick<CopyResult, 'blobs' | 'movedBytes'>) {
  const counts = `${blobs.copied} copied, ${blobs.mounted} mounted, ${blobs.present} present`;
  return `${counts}, ${formatSize(movedBytes)} moved`;
}
