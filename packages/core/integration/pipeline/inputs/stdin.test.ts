import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { openBuildHarness } from '../../support/build-harness.js';
import { busybox, contextOf, temporaryFolder } from '../../support/context.js';
import { fileOf, run } from '../../support/daemon-images.js';
import { everyBuilder } from '../../support/settings.js';

/** An archive of the files, by tar's own flag for a compression. */
function archiveOf(files: Record<string, string | Uint8Array>, flag?: string): Readable {
  const path = join(temporaryFolder(), 'context.tar');
  execFileSync('tar', ['-c', ...(flag ? [flag] : []), '-f', path, '-C', contextOf(files), '.']);
  return createReadStream(path, { highWaterMark: 10_000 });
}

describe.each(everyBuilder())('standard input of a build with %s', (_name, setting) => {
  it.each([undefined, '-z', '-j', '-J'])('is an archive of the context (tar %s)', async (flag) => {
    const { build, host } = openBuildHarness(setting);
    const note = randomUUID();
    const files = { Dockerfile: 'FROM scratch\nCOPY note /note', note };
    const { load } = await build({ context: '-' }, { stdin: archiveOf(files, flag) });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);
  });

  it('is read once also when the builder has to build again', async () => {
    const { build, host, buildkit } = openBuildHarness(setting);
    const note = randomBytes(3_000_000);
    const stdin = archiveOf({ 'sub/File': 'FROM scratch\nCOPY note /note', note });
    let fetched = 0;
    const blind = {
      ...buildkit,
      name: buildkit.name,
      content: {
        ...buildkit.content,
        exists: async () => false,
        held: async () => new Set<never>(),
        // biome-ignore lint/correctness/useYield: it has nothing
        async *fetch() {
          fetched += 1;
          const { WarmdockError } = await import('../../../src/errors.js');
          throw new WarmdockError('NOT_FOUND', 'nothing here');
        },
      },
      connect: buildkit.connect.bind(buildkit),
      startSession: buildkit.startSession.bind(buildkit),
      solve: buildkit.solve.bind(buildkit),
      isActive: buildkit.isActive.bind(buildkit),
    } as never;
    const { load } = await build(
      { context: '-', dockerfile: 'sub/File', builder: blind },
      { stdin },
    );
    expect(fetched).toBeGreaterThan(0);
    expect((await fileOf(host, load.imageId, 'note')).length).toBeGreaterThan(1000);
  });

  it('is a Dockerfile without a context', async () => {
    const { build, host } = openBuildHarness(setting);
    const note = randomUUID();
    const stdin = Readable.from([`FROM scratch\nLABEL a=${note}\nCOPY <<E /note\n${note}\nE\n`]);
    const { load } = await build({ context: '-' }, { stdin });
    expect(await fileOf(host, load.imageId, 'note')).toBe(`${note}\n`);
  });

  it('is the Dockerfile of a directory, whose next build sends only what changed', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = contextOf({ busybox, big: randomBytes(2_000_000), Dockerfile: 'FROM nowhere' });
    const dockerfile = `${withShell}\nCOPY big /big\nRUN --network=none echo hello > /note`;
    const sent = [];
    for (let round = 0; round < 2; round++) {
      const stdin = Readable.from([dockerfile]);
      const { load, progress } = await build({ context, dockerfile: '-' }, { stdin });
      expect(await run(host, load.imageId, 'busybox', 'cat', '/note')).toBe('hello\n');
      const news = progress.flatMap((event) => (event.type === 'context' ? [event] : []));
      sent.push(news.findLast(({ name }) => name === 'context')?.sizeBytes);
    }
    expect(sent[0]).toBeGreaterThan(2_000_000);
    expect(sent[1]).toBe(0);
  });
});
