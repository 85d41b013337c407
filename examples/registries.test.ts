import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  outputOf,
  pushTestImage,
  randomImage,
  removeImages,
  runClient,
  runCommand,
  useTestbed,
} from '@warmdock/testkit';
import { expect, it, onTestFinished } from 'vitest';

const { registry } = useTestbed();

/** Runs an example as its users do, with tsx. */
function run(name: string, ...args: string[]): Promise<string> {
  const tsx = fileURLToPath(new URL('../node_modules/.bin/tsx', import.meta.url));
  const program = fileURLToPath(new URL(name, import.meta.url));
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };
  return outputOf(runCommand([tsx, program, ...args], { env }));
}

async function pushed() {
  const image = await randomImage({ name: `example-${randomUUID()}:v1` });
  return { image, reference: await pushTestImage(registry, image) };
}

const digestOf = async (name: string) =>
  (await outputOf(runClient('crane', ['digest', '--insecure', name]))).trim();

it('mirror-images.ts copies images under their own paths', async () => {
  const { image, reference } = await pushed();
  // One registry stands for both: the mirror is a folder of it.
  const mirror = `${registry.address}/mirror`;
  expect(await run('mirror-images.ts', mirror, reference)).toContain('blobs');
  expect(await digestOf(`${mirror}/${image.name}`)).toBe(image.manifestDigest);
});

it('promote-by-digest.ts gives a name to what was tested', async () => {
  const { image, reference } = await pushed();
  const byDigest = `${reference.replace(/:v1$/, '')}@${image.manifestDigest}`;
  expect(await run('promote-by-digest.ts', byDigest, 'production')).toContain(image.manifestDigest);
  expect(await digestOf(reference.replace(/:v1$/, ':production'))).toBe(image.manifestDigest);
});

it('pull-image.ts brings an image into a daemon', async () => {
  const { reference } = await pushed();
  const { host } = useTestbed().classic;
  onTestFinished(() => removeImages(host, reference));
  expect(await run('pull-image.ts', host, reference)).toBe('full: 3 of 3 layers loaded\n');
  expect(await run('pull-image.ts', host, reference)).toBe('unchanged: 0 of 3 layers loaded\n');
});
