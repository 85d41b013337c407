import {
  type BuildkitInfo,
  type CommandResult,
  containerDriver,
  loadBuildkitImage,
} from '@warmdock/testkit';
import { runBuildx } from './commands.js';
import type { Setting } from './setting.js';

/**
 * The setting's BuildKit as a builder of buildx's driver docker-container, in the daemon of the
 * testbed's builder; booted, and known to buildx, and by it to warmdock, under its address.
 */
export async function startContainerBuilder(
  setting: Setting,
): Promise<BuildkitInfo & AsyncDisposable> {
  const { builder: daemon } = setting.testbed;
  const name = `bench-${containerName}`;
  const buildx = async (...args: string[]) => succeeded(await runBuildx(setting, args));
  await loadBuildkitImage(daemon);
  await runBuildx(setting, ['rm', '--force', name]);
  await buildx('create', '--name', name, ...containerDriver(setting.builder.address), daemon.host);
  await buildx('inspect', '--bootstrap', name);
  return {
    name: containerName,
    address: name,
    [Symbol.asyncDispose]: () => buildx('rm', '--force', name),
  };
}

const containerName = 'container';

function succeeded({ exitCode, stderr }: CommandResult): void {
  if (exitCode !== 0) throw new Error(`buildx failed: ${stderr}`);
}
