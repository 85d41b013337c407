import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { openBuildHarness } from '../../support/build-harness.js';
import { contextOf } from '../../support/context.js';
import { fileOf } from '../../support/daemon-images.js';
import { addressOf } from '../../support/faults.js';
import { everyBuilder } from '../../support/settings.js';

/** The address of an http server on this machine, as the builder sees it. */
async function httpServer(listener: RequestListener): Promise<string> {
  return (await addressOf(createServer(listener))).replace('tcp:', 'http:');
}

describe.each(everyBuilder())('a context at an http address for %s', (_name, setting) => {
  it('may be an archive, with a Dockerfile of this machine', async () => {
    const note = randomUUID();
    const folder = contextOf({ 'a/Dockerfile': 'FROM scratch\nCOPY note /note', note });
    const archive = execFileSync('tar', ['-cz', '-C', folder, '.']);
    const address = await httpServer((_request, response) => response.end(archive));
    const { build, host } = openBuildHarness(setting);
    const context = `${address}/${randomUUID()}.tar.gz`;
    const inside = await build({ context, dockerfile: 'a/Dockerfile' });
    expect(await fileOf(host, inside.load.imageId, 'note')).toBe(note);
    const own = contextOf({ 'Own.file': 'FROM scratch\nCOPY note /own' });
    const outside = await build({ context, dockerfile: join(own, 'Own.file') });
    expect(await fileOf(host, outside.load.imageId, 'own')).toBe(note);
  });

  it('may be a Dockerfile', async () => {
    const text = `FROM scratch\nCOPY <<E /note\n${randomUUID()}\nE\n`;
    const address = await httpServer((_request, response) => response.end(text));
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({ context: `${address}/Dockerfile` });
    expect(text).toContain((await fileOf(host, load.imageId, 'note')).trim());
  });
});

describe.each(everyBuilder())('a named context of %s', (_name, setting) => {
  it('may be a directory with an ignore file of its own, of which only changes are sent again', async () => {
    const other = contextOf({
      '.dockerignore': 'secret',
      secret: 's',
      note: randomUUID(),
      big: randomBytes(1_000_000),
    });
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY --from=other . /all' });
    const { build, host } = openBuildHarness(setting);
    const sent = [];
    for (let round = 0; round < 2; round++) {
      const { load, progress } = await build({
        context,
        buildContexts: [{ name: 'other', source: other }],
      });
      await expect(fileOf(host, load.imageId, 'all/secret')).rejects.toThrow('ENOENT');
      const news = progress.flatMap((event) => (event.type === 'context' ? [event] : []));
      sent.push(news.findLast(({ name }) => name === 'other')?.sizeBytes);
    }
    expect(sent[0]).toBeGreaterThan(1_000_000);
    expect(sent[1]).toBeLessThan(100);
  });

  it('may be an image in a registry', async () => {
    const harness = openBuildHarness(setting);
    const note = randomUUID();
    const tag = `${useTestbed().registry.address}/named/${randomUUID()}:v1`;
    const pushed = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note });
    await harness.export({ context: pushed, tags: [tag], push: true });
    const { load } = await harness.build({
      context: contextOf({ Dockerfile: 'FROM alpine:3.20\nLABEL a=b' }),
      buildContexts: [{ name: 'alpine:3.20', source: `docker-image://${tag}` }],
    });
    expect(await fileOf(harness.host, load.imageId, 'note')).toBe(note);
  });

  it('may be what is at an address', async () => {
    const harness = openBuildHarness(setting);
    const note = randomUUID();
    const address = await httpServer((_request, response) => response.end(note));
    const building = harness.build({
      context: contextOf({ Dockerfile: 'FROM scratch\nCOPY --from=web /context /web' }),
      buildContexts: [{ name: 'web', source: `${address}/${randomUUID()}` }],
    });
    // BuildKit 0.25 takes only git there; buildx gets the same answer.
    if (setting.builder.name === 'embedded') {
      await expect(building).rejects.toThrow('invalid argument');
    } else {
      const { load } = await building;
      expect(await fileOf(harness.host, load.imageId, 'web')).toBe(note);
    }
  });

  it('that is not there is refused before anything is built', async () => {
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY --from=other . /all' });
    const { build } = openBuildHarness(setting);
    await expect(
      build({ context, buildContexts: [{ name: 'other', source: '/nowhere/other' }] }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: /other directory/ });
    await expect(
      build({ context, buildContexts: [{ name: 'other', source: 'oci-layout:///nowhere' }] }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: /nowhere/ });
  });
});

describe.each(everyBuilder())('a Dockerfile at an http address for %s', (_name, setting) => {
  it('is fetched by the builder', async () => {
    const note = randomUUID();
    const address = await httpServer((request, response) =>
      request.url === '/a$b/Dockerfile?x=1&y=2'
        ? response.end('FROM scratch\nCOPY note /note')
        : response.writeHead(404).end(),
    );
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({
      context: contextOf({ note, Dockerfile: 'FROM nowhere' }),
      dockerfile: `${address}/a$b/Dockerfile?x=1&y=2`,
    });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);
  });

  it('that is not there, or is too large for one, fails the build and names it', async () => {
    const address = await httpServer((request, response) =>
      request.url === '/large'
        ? response.end('#'.repeat(3_000_000))
        : response.writeHead(404).end(),
    );
    const { build } = openBuildHarness(setting);
    const context = contextOf({ note: '' });
    for (const path of ['/large', '/absent']) {
      const building = build({ context, dockerfile: `${address}${path}` });
      await expect(building).rejects.toThrow(`${address}${path}`);
    }
  });
});
