import type { EngineInfo } from '@warmdock/testkit';
import { timeCommand } from '../measure/time-command.js';
import { buildxBuild, dockerPull } from './commands.js';
import { contextDir, ensureContext } from './contexts.js';
import { imageUnder, removeTags } from './daemon.js';
import { timeWarmdock } from './ours.js';
import type { LoadedImage, Setting } from './setting.js';

/** Ways for the big image to get into a daemon. */
const arrivals = {
  async warmdock(setting: Setting, { host }: EngineInfo, tag: string) {
    await timeWarmdock(setting, { context: contextDir('big'), host, tag });
  },
  async shim(setting: Setting, { host }: EngineInfo, tag: string) {
    await timeWarmdock(setting, { context: contextDir('big'), host, tag, program: 'shim' });
  },
  load: loadWithBuildx,
  pull: pushAndPull,
};

export type Arrival = keyof typeof arrivals;

/**
 * The first version of the big image in the daemon, having come there in the given way: each way
 * has a tag of its own, so that none finds work that another has done for it under its tag.
 */
export async function ensureBigImage(
  setting: Setting,
  arrival: Arrival,
  engine: EngineInfo,
): Promise<LoadedImage> {
  const key = `${arrival}/${engine.store}`;
  const known = setting.loaded.get(key);
  if (known) return known;
  const tag = tagOf(setting, arrival);
  ensureContext('big');
  await arrivals[arrival](setting, engine, tag);
  const image = { engine, tag, id: await imageUnder(engine, tag) };
  setting.loaded.set(key, image);
  return image;
}

/** Milliseconds of `buildx build --load` of the big context as it is now. */
export async function loadWithBuildx(
  setting: Setting,
  { host }: Pick<EngineInfo, 'host'>,
  tag: string,
) {
  const build = { context: contextDir('big'), host, flags: ['--load', '-t', tag] };
  return (await timeCommand(buildxBuild(setting, build), setting)).wallMs;
}

/** Milliseconds of `buildx build --push` and `docker pull` of the big context as it is now. */
export async function pushAndPull(
  setting: Setting,
  { host }: Pick<EngineInfo, 'host'>,
  tag: string,
) {
  const build = { context: contextDir('big'), host, flags: ['--push', '-t', tag] };
  const push = await timeCommand(buildxBuild(setting, build), setting);
  const pull = await timeCommand(dockerPull(setting, host, tag), setting);
  return push.wallMs + pull.wallMs;
}

/** Takes the images out of the daemons again; the builder's cache stays. */
export async function removeBigImages({ loaded }: Setting): Promise<void> {
  for (const { engine, tag } of loaded.values()) await removeTags(engine, [tag]);
  loaded.clear();
}

function tagOf({ builder, testbed }: Setting, arrival: Arrival): string {
  const name = `bench-${arrival}-${builder.name}:big`;
  return arrival === 'pull' ? `${testbed.registry.address}/${name}` : name;
}
