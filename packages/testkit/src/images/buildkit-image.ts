import { readFile } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import { makeImage, type TestImage } from './image.js';

/** The variable by which a container of the image knows its BuildKit: `tcp://host:port`. */
export const buildkitVariable = 'BUILDKIT_BEHIND';

/** As long as the container; stops at once when it is told to. */
const buildkitd = '#!/bin/sh\nexec sleep 2147483647\n';

/**
 * `docker system dial-stdio` is to the daemon what `buildctl dial-stdio` is to a BuildKit: it joins its
 * standard streams to a connection, byte by byte.
 */
const buildctl = `#!/bin/sh
case $1 in
  dial-stdio) DOCKER_HOST=$${buildkitVariable} exec docker system dial-stdio ;;
  debug) exit 0 ;;
  *) echo "no such command: $1" >&2; exit 1 ;;
esac
`;

const triples: Readonly<Record<string, readonly [folder: string, loader: string]>> = {
  x64: ['x86_64-linux-gnu', 'lib64/ld-linux-x86-64.so.2'],
  arm64: ['aarch64-linux-gnu', 'lib/ld-linux-aarch64.so.1'],
};

/**
 * An image in the place of `moby/buildkit`: its `buildctl` leads to the BuildKit that the container's
 * environment names, in reach of the host's network.
 */
export async function buildkitImage(rootfs: string, name: string): Promise<TestImage> {
  const [folder, loader] = triples[arch()] ?? ['', ''];
  const library = `usr/lib/${folder}/libc.so.6`;
  const programs = await Promise.all([
    program(rootfs, 'usr/bin/busybox', 'bin/busybox'),
    program(rootfs, 'usr/bin/docker', 'bin/docker'),
    program(rootfs, library, 'lib/libc.so.6'),
    program(rootfs, loader, loader),
  ]);
  const links = ['sh', 'sleep'].map((applet) => ({ name: `bin/${applet}`, linkTo: 'busybox' }));
  const scripts = Object.entries({ buildkitd, buildctl }).map(([script, content]) => ({
    name: `bin/${script}`,
    content,
    mode: 0o755,
  }));
  const env = ['PATH=/bin', 'LD_LIBRARY_PATH=/lib', 'HOME=/'];
  return makeImage(name, [[...programs, ...links], scripts], {
    Env: env,
    Entrypoint: ['buildkitd'],
  });
}

async function program(rootfs: string, path: string, name: string) {
  return { name, content: await readFile(join(rootfs, path)), mode: 0o755 };
}
