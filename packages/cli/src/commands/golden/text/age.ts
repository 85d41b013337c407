const steps = [
  { unit: 's', ms: 1_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 'h', ms: 3_600_000 },
] as const;
const dayMs = 86_400_000;

/** How long ago that was, in one unit: `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 days ago`. */
export function formatAge(time: string, nowMs = Date.now()): string {
  const ageMs = nowMs - Date.parse(time);
  if (ageMs < 1_000) return 'just now';
  const days = Math.floor(ageMs / dayMs);
  if (days > 0) return `${days} ${days === 1 ? 'day' : 'days'} ago`;
  const { unit, ms } = steps.findLast((step) => ageMs >= step.ms) ?? steps[0];
  return `${Math.floor(ageMs / ms)} ${unit} ago`;
}
