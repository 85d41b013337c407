import { type Descriptor, isAttestation } from './descriptor.js';
import { normalizePlatform, type Platform } from './platform.js';

/**
 * How well an image of platform `candidate` suits a machine of platform `host`: 0 is exact, larger
 * is worse, `undefined` does not run there.
 *
 * Follows containerd's rule: arm variants run lower ones down to v5, arm64 runs its lower versions
 * and then arm, amd64 runs its lower levels and then 386. On Windows the version's first three
 * parts must agree when both sides name one.
 */
export function platformRank(host: Platform, candidate: Platform): number | undefined {
  const wanted = normalizePlatform(host);
  const offered = normalizePlatform(candidate);
  if (wanted.os !== offered.os || !versionSuits(wanted, offered)) return undefined;
  const rank = runnableOn(wanted).indexOf(shapeOf(offered));
  return rank < 0 ? undefined : rank;
}

export function platformMatches(host: Platform, candidate: Platform): boolean {
  return platformRank(host, candidate) !== undefined;
}

/**
 * The entry of an index that suits a machine best, `undefined` when none does.
 *
 * Attestations are never chosen. Of equals the first one wins. An entry that names no platform is
 * taken only when no other suits.
 */
export function choosePlatform(
  host: Platform,
  manifests: readonly Descriptor[],
): Descriptor | undefined {
  let best: { rank: number; manifest: Descriptor } | undefined;
  for (const manifest of manifests) {
    if (isAttestation(manifest)) continue;
    const rank = manifest.platform
      ? platformRank(host, manifest.platform)
      : Number.MAX_SAFE_INTEGER;
    if (rank !== undefined && (!best || rank < best.rank)) best = { rank, manifest };
  }
  return best?.manifest;
}

function runnableOn({ architecture, variant = '' }: Platform): string[] {
  if (architecture === 'arm') return downward('arm', variant, 5);
  if (architecture === 'amd64')
    return [...downward('amd64', variant || 'v1', 1).map(dropDefault), '386'];
  if (architecture === 'arm64') return [...arm64Versions(variant), ...downward('arm', 'v8', 5)];
  return [shapeOf({ os: '', architecture, ...(variant && { variant }) })];
}

/** `arm/v7`, `arm/v6`, `arm/v5`. */
function downward(architecture: string, variant: string, lowest: number): string[] {
  const top = Number(/^v(\d)$/.exec(variant)?.[1] ?? Number.NaN);
  if (Number.isNaN(top)) return [`${architecture}/${variant}`];
  return Array.from(
    { length: Math.max(top - lowest, 0) + 1 },
    (_, step) => `${architecture}/v${top - step}`,
  );
}

/** Armv9.N contains Armv8.(N+5); each contains the lower versions of its own. */
function arm64Versions(variant: string): string[] {
  const match = /^v([89])(?:\.(\d))?$/.exec(variant || 'v8');
  if (!match) return [`arm64/${variant}`];
  const minor = Number(match[2] ?? 0);
  if (match[1] === '8') return minorsDown(8, minor);
  return [...minorsDown(9, minor), ...minorsDown(8, Math.min(minor + 5, 9))];
}

function minorsDown(major: number, minor: number): string[] {
  const versions = Array.from({ length: minor + 1 }, (_, step) => minor - step);
  return versions.map((version) =>
    dropDefault(version === 0 ? `arm64/v${major}` : `arm64/v${major}.${version}`),
  );
}

/** The normal form leaves these variants out. */
function dropDefault(shape: string): string {
  return shape === 'arm64/v8' ? 'arm64' : shape === 'amd64/v1' ? 'amd64' : shape;
}

function shapeOf({ architecture, variant }: Platform): string {
  return variant ? `${architecture}/${variant}` : architecture;
}

function versionSuits(wanted: Platform, offered: Platform): boolean {
  if (wanted.os !== 'windows') return true;
  const [want, offer] = [wanted['os.version'], offered['os.version']];
  return !want || !offer || want.split('.', 3).join('.') === offer.split('.', 3).join('.');
}
