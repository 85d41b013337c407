import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageStore, imageIdOf, outputOf, runDocker } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag } from '../support/project.js';
import { runShim } from '../support/shim.js';
import { useDockerAndShim } from './docker-and-shim.js';

const stores: ImageStore[] = ['classic', 'containerd'];

/** Holds that as many shims at once do not get in each other's way. */
export function crowdOf(count: number): void {
  const crowd = Array.from({ length: count }, (_, at) => at);

  describe.each(stores)(`${count} shims at once on a daemon with the %s store`, (store) => {
    const sides = useDockerAndShim({ store });

    /** Starts all at once; each wants an image of its own, of one context that all share. */
    async function buildAll(context: string, tags: readonly string[], round: string) {
      const options = { program: 'docker', path: sides.paths.shim, env: { ...sides.env } };
      return Promise.all(
        tags.map((tag, at) => {
          const label = ['--label', `builder=${round} ${at}`];
          return runShim(['build', '--load', '--quiet', '-t', tag, ...label, context], options);
        }),
      );
    }

    test('each get their own image, first and when one layer has changed', async () => {
      const context = layeredProject(1_000_000);
      const tags = crowd.map(() => newTag(sides.host));
      for (const round of ['first', 'second']) {
        writeFileSync(join(context, 'top'), round);
        const ended = await buildAll(context, tags, round);
        for (const at of crowd) {
          const tag = tags[at] ?? '';
          expect(ended[at]).toMatchObject({ exitCode: 0, stderr: '' });
          expect(ended[at]?.stdout.toString()).toBe(`${await imageIdOf(sides.host, tag)}\n`);
          const format = '{{.Config.Labels.builder}}';
          const label = runDocker(['image', 'inspect', '--format', format, tag], {
            host: sides.host,
          });
          expect((await outputOf(label)).trim()).toBe(`${round} ${at}`);
        }
      }
    }, 180_000);

    test('may all want the same tag, which then names what each of them built', async () => {
      const context = layeredProject();
      const tag = newTag(sides.host);
      const options = { program: 'docker', path: sides.paths.shim, env: { ...sides.env } };
      const args = ['build', '--load', '--quiet', '-t', tag, context];
      const ended = await Promise.all(crowd.map(() => runShim(args, options)));
      const id = await imageIdOf(sides.host, tag);
      expect(
        ended.map(({ exitCode, stdout, stderr }) => ({ exitCode, stdout: String(stdout), stderr })),
      ).toEqual(crowd.map(() => ({ exitCode: 0, stdout: `${id}\n`, stderr: '' })));
    }, 180_000);
  });
}
