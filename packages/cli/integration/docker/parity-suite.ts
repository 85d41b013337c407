import { type BuildkitInfo, type ImageStore, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { type Side, useDockerAndShim } from './docker-and-shim.js';
import { outcomeOf } from './outcome.js';
import type { ParityCase } from './parity-cases.js';
import { useParityProject } from './parity-project.js';

/** What docker itself says, without the line of `explain`, and without progress and digests, which time changes. */
function wordsOfDocker(stderr: string): string[] {
  const lines = stderr.replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST').split('\n');
  return lines.filter((line) => line !== '' && !/^(?:warmdock: |#\d+ )/.test(line));
}

export interface ParitySetting {
  readonly buildkit: BuildkitInfo;
  readonly store: ImageStore;
  readonly cases: readonly ParityCase[];
}

/** Holds that each line has the same outcome with docker and with the shim. */
export function parityOf(settings: readonly ParitySetting[]): void {
  const project = useParityProject();

  describe.each(settings)(
    'with the $buildkit.name BuildKit and the $store store the shim does what docker does',
    ({ cases, ...engines }) => {
      const sides = useDockerAndShim(engines);
      const place = (side: Side) => ({
        cwd: project.folder,
        env: { ...sides.env, WHO: 'me', PATH: sides.paths[side] },
        words: {
          GIT: project.git,
          HTTP: project.http,
          REGISTRY: useTestbed().registry.address,
        },
      });

      test.each(cases)('docker $line', async (each) => {
        const real = await outcomeOf(each, place('real'));
        const explaining = { ...each, env: { WARMDOCK: 'explain', ...each.env } };
        const shim = await outcomeOf(explaining, place('shim'));
        const said = `${real.stderr}\n---\n${shim.stderr}`;
        expect(shim.outcome, said).toEqual(real.outcome);
        const isOurs = each.ours === true || each.ours === engines.store;
        if (!isOurs) expect(wordsOfDocker(shim.stderr), said).toEqual(wordsOfDocker(real.stderr));
        if (explaining.env.WARMDOCK === 'off') expect(shim.stderr).not.toContain('warmdock: ');
        else
          expect(shim.stderr).toMatch(
            isOurs ? /^warmdock: building/m : /^warmdock: .*passed through to/m,
          );
      });
    },
  );
}
