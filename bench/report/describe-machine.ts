import { cpus, release } from 'node:os';
import { type BuildkitInfo, runClient, runDocker, type TestbedInfo } from '@warmdock/testkit';
import { runBuildx } from '../sides/commands.js';
import type { Setting } from '../sides/setting.js';
import type { Machine } from './machine.js';

export async function describeMachine({ classic, clients }: TestbedInfo): Promise<Machine> {
  const server = await runDocker(['version', '--format', '{{.Server.Version}}'], classic);
  const buildx = await runClient('buildx', ['version']);
  return {
    cores: cpus().length,
    kernel: numberIn(release()),
    node: numberIn(process.version),
    docker: numberIn(server.stdout),
    buildx: numberIn(buildx.stdout),
    extraCaCerts: Boolean(process.env.NODE_EXTRA_CA_CERTS),
    enteredRoot: clients.prefix.length > 0,
  };
}

/** Such as "BuildKit 0.25.2 inside dockerd 28.5.2". */
export async function describeBuilder(setting: Setting, { docker }: Machine): Promise<string> {
  const { stdout } = await runBuildx(setting, ['inspect']);
  const version = numberIn(/^BuildKit version:(.*)$/m.exec(stdout)?.[1] ?? '');
  // Distributions' packages and builds by hand call themselves 0.0.0.
  const suffix = version === '' || version === '0.0.0' ? '' : ` ${version}`;
  const places: Record<BuildkitInfo['name'], string> = {
    embedded: `BuildKit${suffix} inside dockerd ${docker}`,
    standalone: `stand-alone buildkitd${suffix}`,
    container: `BuildKit${suffix} in a container`,
    external: `the buildkitd${suffix} of WARMDOCK_TEST_BUILDKIT_ADDR`,
  };
  return places[setting.builder.name];
}

/** The bare version number: what distributions add to it says nothing here. */
function numberIn(text: string): string {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? text.trim();
}
