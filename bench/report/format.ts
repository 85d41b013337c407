export function formatFactor(factor: number): string {
  return factor.toFixed(factor < 10 ? 1 : 0);
}

export function formatMs(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export function formatTenths(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

export function formatBytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}
