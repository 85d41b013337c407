import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeContext } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import type { BuildRequest } from '../../../src/pipeline/build-request.js';
import type { Progress } from '../../../src/progress.js';
import { cleanEnv, newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, putNode, temporaryFolder } from '../../support/context.js';
import { unpacked } from '../../support/daemon-images.js';
import { everyBuilder } from '../../support/settings.js';

/** How many files of the context were sent in all. */
function filesSent(progress: readonly Progress[]): number {
  const last = progress.findLast((event) => event.type === 'context' && event.name === 'context');
  return last?.type === 'context' ? last.files : 0;
}

describe.each(everyBuilder())('the context of a build with %s', (_name, setting) => {
  it('arrives whole: folders, modes, symbolic links, all kinds of names', async () => {
    const { build, host } = openBuildHarness(setting);
    const names = [
      'a b',
      'comma, here',
      'größe',
      '日本語',
      'new\nline',
      '-dash',
      '#hash',
      'q"uote',
      '%41',
    ];
    const files = Object.fromEntries(names.map((name) => [`in/${name}/file, ${name}`, name]));
    const context = contextOf({
      Dockerfile: 'FROM scratch\nCOPY in /in',
      ...files,
      'in/link': { link: 'größe' },
      'in/dangling': { link: '/no/where' },
    });
    const folder = join(await unpacked(host, (await build({ context })).load.imageId), 'in');
    for (const name of names) {
      expect(readFileSync(join(folder, name, `file, ${name}`), 'utf8')).toBe(name);
    }
    expect(readlinkSync(join(folder, 'link'))).toBe('größe');
    expect(readlinkSync(join(folder, 'dangling'))).toBe('/no/where');
    expect(lstatSync(join(folder, 'a b')).isDirectory()).toBe(true);
  });

  it('is sent where a link leads that COPY names', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = contextOf({
      Dockerfile: 'FROM scratch\nCOPY current /app',
      'releases/7/note': 'seven',
      'releases/6/note': 'six',
      current: { link: 'releases/7' },
    });
    const folder = await unpacked(host, (await build({ context })).load.imageId);
    expect(readFileSync(join(folder, 'app/note'), 'utf8')).toBe('seven');
  });

  it('is sent without what .dockerignore names', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = contextOf({
      Dockerfile: 'FROM scratch\nCOPY . /all',
      '.dockerignore': '# no logs\n**/*.log\n!keep.log\n/top\nDockerfile\n.dockerignore',
      'a.log': '',
      'keep.log': '',
      'deep/b.log': '',
      'deep/top': '',
      top: '',
      'größe.txt': '',
    });
    const folder = await unpacked(host, (await build({ context })).load.imageId);
    const all = readdirSync(join(folder, 'all'), { recursive: true }).sort();
    expect(all).toEqual(['deep', 'deep/top', 'größe.txt', 'keep.log']);
  });

  it('is sent again only where it changed', async () => {
    const { build } = openBuildHarness(setting);
    const context = makeContext(join(temporaryFolder(), 'context'), {
      files: 300,
      seed: randomUUID(),
    });
    expect(filesSent((await build({ context })).progress)).toBe(301);
    expect(filesSent((await build({ context })).progress)).toBe(0);
    putNode(join(context, 'files/0001/07.txt'), 'changed');
    expect(filesSent((await build({ context })).progress)).toBe(1);
  });
});

/** A context whose build the builder needs a while to record. */
function contextOfManySteps(): string {
  const steps = Array.from({ length: 40 }, (_, at) => `COPY file /file${at}`);
  const Dockerfile = ['FROM scratch', ...steps].join('\n');
  return contextOf({ Dockerfile, file: randomUUID() });
}

/** Builds in a process of its own, which exits as soon as it has the image. */
async function buildAndExit(options: BuildRequest): Promise<void> {
  const program = `import { build } from '@warmdock/core';
    await build(${JSON.stringify(options)});
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    env: cleanEnv(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
}

describe.each(everyBuilder())('a context that %s has', (_name, setting) => {
  it('is not sent again by builds that follow at once', async () => {
    const { build } = openBuildHarness(setting);
    const context = contextOfManySteps();
    await build({ context });
    for (let round = 0; round < 10; round++) {
      const { progress } = await build({ context });
      expect(filesSent(progress)).toBe(0);
    }
  });

  it('is not sent again by a build that follows when another process has left', async () => {
    const { build, host } = openBuildHarness(setting);
    const sent: number[] = [];
    for (let round = 0; round < 4; round++) {
      const context = contextOfManySteps();
      const tags = [newTag()];
      await build({ context, tags });
      await buildAndExit({ tags, context, builder: setting.builder.address, engine: host });
      sent.push(filesSent((await build({ context, tags })).progress));
    }
    // A build that comes in the few milliseconds between a record's end and the context's release does send.
    expect(sent.filter((files) => files > 0).length).toBeLessThan(2);
  });
});
