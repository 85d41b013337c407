import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageIdOf, outputOf, removeImage, runDocker, useTestbed } from '@warmdock/testkit';
import { onTestFinished } from 'vitest';

/** A build context for one test, with busybox in it. */
export function projectOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), join(dir, 'busybox'));
  chmodSync(join(dir, 'busybox'), 0o755);
  return dir;
}

/** Three layers of random bytes, of which `top` is the last. */
export function layeredProject(layerBytes = 50_000): string {
  return projectOf({
    Dockerfile: 'FROM scratch\nCOPY low /low\nCOPY middle /middle\nCOPY top /top\n',
    low: randomBytes(layerBytes),
    middle: randomBytes(layerBytes),
    top: randomBytes(500),
  });
}

export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'warmdock-cli-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A name that only this test uses; the image goes with the test. */
export function newTag(host: string): string {
  const tag = `warmdock-cli/${randomBytes(6).toString('hex')}:latest`;
  onTestFinished(async () => {
    // Its daemon may have gone with the test.
    await removeImage(host, tag).catch(() => {});
  });
  return tag;
}

/** Puts another image under a name, for a test to see that it stays there. */
export async function occupy(host: string, tag: string): Promise<string> {
  await outputOf(runDocker(['import', '-', tag], { host, input: new Uint8Array(10_240) }));
  const id = await imageIdOf(host, tag);
  if (id === undefined) throw new Error(`import of ${tag} left no image`);
  return id;
}
