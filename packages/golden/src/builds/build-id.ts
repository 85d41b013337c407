import { randomBytes } from 'node:crypto';

const sessionPattern = /^build-\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** Sorts by time, like `20260131T235959Z-0a1b2c3d`. */
export function newBuildId(now = new Date()): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

/** The session that a build works in. */
export const sessionOf = (buildId: string): string => `build-${buildId}`;

export const isBuildSession = (session: string): boolean => sessionPattern.test(session);
