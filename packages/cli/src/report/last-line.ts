import type { LoadResult } from '@warmdock/core';
import { formatDuration, formatSize } from '@warmdock/core/internal';

/** What happened, in the line that ends every successful build. */
export function formatLastLine(load: LoadResult | undefined, totalMs: number): string {
  return `${load ? summary(load) : 'built, nothing loaded'} (${formatDuration(totalMs)})`;
}

function summary({ outcome, via, layersSent, layersTotal, bytesSent }: LoadResult): string {
  switch (outcome) {
    case 'unchanged':
      return 'unchanged, nothing loaded';
    case 'retag':
      return 'retagged, nothing loaded';
    case 'in-place':
      return 'built in place, nothing loaded';
    case 'thin':
    case 'full': {
      const isAll = layersSent === layersTotal && layersTotal > 1;
      const layers = isAll ? `all ${layersTotal}` : `${layersSent} of ${layersTotal}`;
      const noun = layersTotal === 1 ? 'layer' : 'layers';
      return `${layers} ${noun} loaded${wayText[via ?? 'direct']}, ${formatSize(bytesSent)}`;
    }
  }
}

const wayText = { direct: '', registry: ' from the registry', archive: ' as an archive' } as const;
