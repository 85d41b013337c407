import { WarmdockError } from '@warmdock/core';

/** Prints what its `build` would build. */
export const oldestWithBuildPrint = [2, 35] as const;

/** Whether what `compose version --short` printed is this release or a later one. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = numbersOf(version);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}

/**
 * Checks that its `config` prints the selected services as JSON. Throws `UNSUPPORTED`: 2.24 prints all
 * services, whatever is selected and enabled, and 2.25 prints YAML.
 */
export function checkPrintsServices(version: string): void {
  if (!isAtLeast(version, [2, 24]) || isAtLeast(version, [2, 26])) return;
  throw new WarmdockError(
    'UNSUPPORTED',
    `compose ${version} cannot print the selected services as JSON`,
    { hint: 'update docker-compose (docker-compose-plugin) to 2.26 or newer' },
  );
}

/** The version in the label of images: three numbers, without what packagers add. */
export function labelVersion(version: string): string {
  return numbersOf(version).join('.');
}

/** How a compose of some release ends a build. */
export interface ComposeEnding {
  /** Whether it says of each image that it was built. */
  readonly reportsImages: boolean;
  readonly failureExitCode: 1 | 17;
}

export function composeEnding(version: string): ComposeEnding {
  return {
    reportsImages: isAtLeast(version, [2, 31]),
    failureExitCode: isAtLeast(version, [2, 33]) ? 1 : 17,
  };
}

/** None for a development build. */
function numbersOf(version: string): number[] {
  const [, ...parts] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) ?? [];
  return parts.map((part) => Number(part ?? 0));
}
