const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units as buildx prints them in steps: `17.31kB`, `2B`. */
export function formatBytes(sizeBytes: number): string {
  const [value, unit] = scaled(sizeBytes);
  return unit === 'B' ? `${value}B` : `${value.toFixed(2)}${unit}`;
}

/** Decimal units for prose, two digits at least: `17 kB`, `2.1 GB`. */
export function formatSize(sizeBytes: number): string {
  const [value, unit] = scaled(sizeBytes);
  return `${unit === 'B' || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

function scaled(sizeBytes: number): [value: number, unit: string] {
  let value = sizeBytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return [value, units[index] ?? ''];
}

/** For prose: `112 ms`, `2.3 s`, `1 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** As buildx prints durations of steps: `0.3s`. */
export function formatSeconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)}s`;
}

/** When a step printed a line, since it started; fewer decimals as it gets late, so that columns hardly move. */
export function formatLogTime(sinceStartMs: number): string {
  const seconds = sinceStartMs / 1000;
  return seconds.toFixed(seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
}
