import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseReference } from '../../../src/oci/reference.js';
import { newTag, openBuildHarness } from '../../support/build-harness.js';
import { contextOf } from '../../support/context.js';
import { anyBuilder } from '../../support/settings.js';

/** A daemon with the containerd store, and its folder for what was taken in and not committed. */
async function emptyDaemon() {
  const daemon = await startEngine({ store: 'containerd' });
  onTestFinished(() => daemon[Symbol.asyncDispose]());
  const content = 'data/containerd/daemon/io.containerd.content.v1.content';
  return { daemon, ingests: join(daemon.logPath, '..', content, 'ingest') };
}

/** Leaves behind what a load does that breaks off with so many bytes of so long an `index.json`. */
function breakOff(ingests: string, sizeBytes: number, totalBytes: number): void {
  const ref = 'moby/1/tar-index.json';
  const folder = join(ingests, createHash('sha256').update(ref).digest('hex'));
  mkdirSync(folder, { recursive: true });
  const at = new Date().toISOString();
  const files = { ref, data: ' '.repeat(sizeBytes), total: `${totalBytes}` };
  for (const [name, text] of Object.entries({ ...files, startedat: at, updatedat: at }))
    writeFileSync(join(folder, name), text);
}

/** Of an image with a manifest of three digits. */
const indexBytes = 186;

describe('a containerd store in which a load broke off', () => {
  it.each([
    ['with a longer index', 300, 300],
    ['with a much longer index', 60_000, 60_000],
    ['with a longer index, and another load after it', 300, indexBytes],
    ['with an index of the same length', indexBytes, indexBytes],
    ['in an index of the same length', 100, indexBytes],
  ])(
    '%s takes the next image, which a notice tells, and is well then',
    async (_rule, size, total) => {
      const { daemon, ingests } = await emptyDaemon();
      breakOff(ingests, size, total);
      const { build, engine } = openBuildHarness(
        { builder: anyBuilder(), store: 'containerd' },
        { host: daemon.host },
      );
      const builds = ['first', 'second'].map((text) => async () => {
        const tag = newTag();
        const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY text /', text });
        const { load, progress } = await build({ context, tags: [tag] });
        expect(await engine.resolveImage(parseReference(tag))).toBe(load.imageId);
        return progress
          .flatMap((event) => (event.type === 'notice' ? event.message : []))
          .filter((message) => message.startsWith('the daemon'));
      });
      const notices = [];
      for (const next of builds) notices.push(await next());
      expect(notices).toEqual([
        [expect.stringMatching(/^the daemon still holds the beginning of a load that broke off/)],
        [],
      ]);
    },
  );
});
