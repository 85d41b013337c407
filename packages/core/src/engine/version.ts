import { WarmdockError } from '../errors.js';

/** The newest API that this client was written for (Docker 28.3); newer daemons still speak it. */
export const NEWEST_API_VERSION = '1.51';
/** Docker 1.12: the oldest that the docker command itself ever negotiated down to. */
export const OLDEST_API_VERSION = '1.24';

/**
 * The API version to speak with a daemon whose newest is `daemonVersion`: the lower one of both.
 *
 * A daemon refuses versions above its own (HTTP 400). Throws `UNSUPPORTED` below 1.24, `PROTOCOL` for
 * what is no version.
 */
export function negotiateApiVersion(daemonVersion: string): string {
  if (compareApiVersions(daemonVersion, OLDEST_API_VERSION) < 0) {
    throw new WarmdockError(
      'UNSUPPORTED',
      `the Docker daemon speaks API ${daemonVersion}, ${OLDEST_API_VERSION} is the oldest supported`,
      {
        hint: 'Update Docker.',
      },
    );
  }
  return compareApiVersions(daemonVersion, NEWEST_API_VERSION) < 0
    ? daemonVersion
    : NEWEST_API_VERSION;
}

/** Negative when `a` is older than `b`, 0 when equal; throws `PROTOCOL` unless both read like `1.51`. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA, minorA] = partsOf(a);
  const [majorB, minorB] = partsOf(b);
  return majorA - majorB || minorA - minorB;
}

function partsOf(version: string): [major: number, minor: number] {
  const match = /^(\d{1,4})\.(\d{1,4})$/.exec(version);
  if (match) return [Number(match[1]), Number(match[2])];
  throw new WarmdockError(
    'PROTOCOL',
    `not a version of the Docker API: ${JSON.stringify(version.slice(0, 40))}`,
  );
}
