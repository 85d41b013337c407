import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ClientsInfo } from '@warmdock/testkit';

/** Programs as command lines to add arguments to. */
export interface Programs {
  warmdock: readonly string[];
  docker: readonly string[];
  /** The docker shim, which finds docker in PATH. */
  shim: readonly string[];
  /** The plugin that `docker buildx` runs, called without docker, which saves some 90 ms. */
  plugin: readonly string[];
  /** BuildKit's own client, the practical floor, when `WARMDOCK_TEST_BUILDCTL` names it. */
  buildctl?: readonly string[];
}

const packages = fileURLToPath(new URL('../../packages', import.meta.url));

/** Throws when warmdock has not been built. */
export function findPrograms({ prefix, buildx, docker }: ClientsInfo): Programs {
  const { WARMDOCK_TEST_BUILDCTL: buildctl } = process.env;
  return {
    warmdock: [builtCli()],
    docker: [...prefix, docker],
    shim: [...prefix, join(dirname(builtCli()), 'docker')],
    plugin: [...prefix, buildx],
    ...(buildctl && { buildctl: [buildctl] }),
  };
}

/** The SDK as its users get it: the bundle, not the sources. Throws when it has not been built. */
export async function importBuiltCore(): Promise<typeof import('@warmdock/core')> {
  const path = join(packages, 'core/dist/index.js');
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`pnpm build\` first`);
  return import(pathToFileURL(path).href);
}

function builtCli(): string {
  const manifest = join(packages, 'cli/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const path = join(dirname(manifest), bin?.warmdock ?? 'bin/warmdock');
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(`${path} is not a program: run \`pnpm build\` first`);
  }
  return path;
}
