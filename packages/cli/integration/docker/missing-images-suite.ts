import { imagesOf } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { type Engines, useDockerAndShim } from './docker-and-shim.js';
import { building, runPrinting, type UpProject } from './up-project.js';

/** What people find after a line, with nothing in it that has to differ. */
export async function stateOf({ containers, host, name }: UpProject) {
  const images = Object.keys(await imagesOf(host, name));
  return {
    containers: Object.values(await containers()).sort(),
    images: images.map((image) => image.replace(name, 'NAME')).sort(),
  };
}

/** What compose says of builds and containers. */
export function said(stderr: string, { name }: UpProject): string[] {
  const lines = stderr.replaceAll(name, 'NAME').split('\n');
  return lines.filter((line) => /Built|Created|Started|Pull|no such|failed/.test(line)).sort();
}

/** What is typed, and what its container prints where that is seen. */
export type Line = readonly [line: string, printed?: string];

/**
 * Holds that each line, where no image is there, has the outcome that it has with compose itself, and that the
 * builds are warmdock's.
 */
export function missingImagesOf(engines: Engines, lines: readonly Line[]): void {
  const { store = 'classic', compose = 'compose' } = engines;

  describe(`with ${compose} and the ${store} store, what is missing is built first`, () => {
    const sides = useDockerAndShim(engines);

    test.each(lines.map(([line, printed = '']) => [line, printed] as const))(
      '%s',
      async (line, printed) => {
        const [theirs, ours] = await Promise.all([
          runPrinting(sides, 'real', line, printed),
          runPrinting(sides, 'shim', line, printed),
        ]);
        expect(ours.stderr).toMatch(building);
        expect([theirs.exitCode, ours.exitCode], ours.stderr).toEqual([0, 0]);
        // The progress of the builds stands before.
        for (const { stdout } of [theirs, ours])
          expect(stdout.endsWith(printed), stdout).toBe(true);
        // Compose says nothing of the service that it runs.
        const differs = ` NAME-${line.includes(' web ') ? 'web' : 'db'}  Built`;
        const same = (each: string) => !line.includes(' run ') || each !== differs;
        expect(said(ours.stderr, ours).filter(same)).toEqual(
          said(theirs.stderr, theirs).filter(same),
        );
        expect(await stateOf(ours)).toEqual(await stateOf(theirs));
      },
    );
  });
}

export const usualLines: readonly Line[] = [
  ['docker compose up -d'],
  ['docker compose -f build.yaml up -d'],
  ['docker compose run --rm -T web busybox cat /file', 'first\n'],
];

export const moreLines: readonly Line[] = [
  ...usualLines,
  ['docker compose up -d --wait --quiet-build --no-deps web'],
  ['docker compose up -d web'],
  ['docker compose up -d --scale db=0'],
  ['docker compose up -d --pull never'],
  ['docker compose up -d --pull build'],
  ['docker compose -f never.yaml up -d'],
  ['docker compose -f several.yaml up -d'],
  ['docker compose -f profiles.yaml up -d'],
  ['docker compose -f profiles.yaml --profile more up -d'],
  ['docker compose -f profiles.yaml up -d web'],
  ['docker compose create'],
  ['docker compose create db'],
  ['docker compose run --rm -T db busybox echo --build', '--build\n'],
  ['docker compose run --no-deps --rm -T web busybox cat /file', 'first\n'],
  ['docker-compose up -d'],
];
