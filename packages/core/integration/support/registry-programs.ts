import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  loadTestImage,
  outputOf,
  removeImages,
  runClient,
  runDocker,
  type TestImage,
  useTestbed,
} from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import { copy } from '../../src/content/copy/copy.js';
import { openLayout } from '../../src/content/layout.js';
import { createMemoryStore } from '../../src/content/memory-store.js';
import { contextOf, temporaryFolder } from './context.js';
import { opened } from './repositories.js';

/** A program that speaks to registries. */
export interface RegistryProgram {
  /** Pushes the image under the reference, in whichever form it likes. */
  write(image: TestImage, reference: string): Promise<unknown>;
  /** Reads the whole image; the digest by which it knows it. */
  read(reference: string): Promise<string>;
}

/** What it prints, on one line. */
export const crane = (...args: string[]) => printed(runClient('crane', [...args, '--insecure']));
export const oras = (...args: string[]) => printed(runClient('oras', args));
/** Layers stay as they are: it would pack them. */
export const skopeoCopy = (...args: string[]) =>
  printed(runClient('skopeo', ['--insecure-policy', 'copy', '--preserve-digests', ...args]));
const printed = async (running: Parameters<typeof outputOf>[0]) => (await outputOf(running)).trim();

/** Podman with settings and images of its own, which go with the test. */
function podman(): (...args: string[]) => Promise<string> {
  const policy = JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] });
  const folder = contextOf({ '.config/containers/policy.json': policy });
  const places = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  const options = [...places, '--storage-driver', 'vfs', '--log-level', 'error'];
  const env = { HOME: folder };
  return (...args) => printed(runClient('podman', [...options, ...args], { env }));
}

/** The image as a layout in a folder, under its tag. */
function layoutOf({ layout, name }: TestImage): { directory: string; named: string } {
  const files = layout.map(({ name: path, content }) => [path, content]);
  const directory = contextOf(Object.fromEntries(files));
  return { directory, named: `${directory}:${name.split(':')[1]}` };
}

/** The digest of the only image in a layout. */
function digestIn(directory: string): string {
  const { manifests } = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
  if (manifests.length !== 1) throw new Error(`${manifests.length} images in the layout`);
  return manifests[0].digest;
}

const docker = (...args: string[]) =>
  printed(runDocker(args, { host: useTestbed().containerd.host }));

export const programs: Readonly<Record<string, RegistryProgram>> = {
  warmdock: {
    async write(image, reference) {
      const { directory } = layoutOf(image);
      return copy(openLayout(directory), image.name, await opened(reference), reference);
    },
    async read(reference) {
      const { image } = await copy(
        await opened(reference),
        reference,
        createMemoryStore(),
        reference,
      );
      return image.digest;
    },
  },
  crane: {
    write: (image, reference) => crane('push', layoutOf(image).directory, reference),
    async read(reference) {
      const directory = temporaryFolder();
      await crane('pull', '--format=oci', reference, directory);
      return digestIn(directory);
    },
  },
  skopeo: {
    write: (image, reference) =>
      skopeoCopy(
        '--dest-tls-verify=false',
        `oci:${layoutOf(image).named}`,
        `docker://${reference}`,
      ),
    async read(reference) {
      const directory = temporaryFolder();
      await skopeoCopy('--src-tls-verify=false', `docker://${reference}`, `oci:${directory}:it`);
      return digestIn(directory);
    },
  },
  oras: {
    write: (image, reference) =>
      oras('cp', '--from-oci-layout', layoutOf(image).named, '--to-plain-http', reference),
    async read(reference) {
      const directory = temporaryFolder();
      await oras('cp', '--from-plain-http', reference, '--to-oci-layout', `${directory}:it`);
      return digestIn(directory);
    },
  },
  docker: {
    async write(image, reference) {
      const { socket, host } = useTestbed().containerd;
      onTestFinished(() => removeImages(host, image.name));
      await loadTestImage({ socket }, image);
      await docker('tag', image.name, reference);
      return docker('push', reference);
    },
    async read(reference) {
      onTestFinished(() => removeImages(useTestbed().containerd.host, reference));
      await docker('pull', reference);
      return docker('image', 'inspect', '--format', '{{.Id}}', reference);
    },
  },
  podman: {
    async write(image, reference) {
      const run = podman();
      const id = await run('pull', '--quiet', `oci:${layoutOf(image).named}`);
      return run('push', '--tls-verify=false', id, `docker://${reference}`);
    },
    async read(reference) {
      const run = podman();
      await run('pull', '--quiet', '--tls-verify=false', reference);
      return run('images', '--format', '{{.Digest}}', reference);
    },
  },
};
