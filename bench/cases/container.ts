import { randomUUID } from 'node:crypto';
import type { EngineInfo } from '@warmdock/testkit';
import { alternate } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import type { Row } from '../report/row.js';
import { ensureBigImage, loadWithBuildx, removeBigImages } from '../sides/big-images.js';
import { startContainerBuilder } from '../sides/container-builder.js';
import { contextDir, ensureContext, writeTiny } from '../sides/contexts.js';
import { restoreTag } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { enginesOf, type LoadedImage, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** The BuildKit in a container, as buildx's driver docker-container makes it: both sides go through the daemon's exec. */
export async function container(setting: Setting): Promise<Row[]> {
  await using builder = await startContainerBuilder(setting);
  const inContainer: Setting = { ...setting, builder, loaded: new Map() };
  try {
    const rows: Row[] = [];
    for (const engine of enginesOf(setting)) {
      rows.push(await unchangedIn(inContainer, engine));
      rows.push(await changedIn(inContainer, engine));
      ensureContext('big');
    }
    return rows;
  } finally {
    await removeBigImages(inContainer);
  }
}

const against = 'docker buildx build --load';

async function unchangedIn(setting: Setting, engine: EngineInfo): Promise<Row> {
  const [own, other] = await bothImages(setting, engine);
  const build = { context: ensureContext('big'), host: engine.host, tag: own.tag };
  const warmdock = async () => {
    await settle();
    return (await timeWarmdock(setting, { ...build, expected: 'unchanged' })).wallMs;
  };
  const load = async () => {
    await settle();
    const wallMs = await loadWithBuildx(setting, engine, other.tag);
    await restoreTag(engine, other.tag, other.id);
    return wallMs;
  };
  const sides = { warmdock: { sample: warmdock, perRound: 3 }, load: { sample: load } };
  const times = await alternate(sides, slowRounds(setting));
  return {
    case: 'docker-container builder: unchanged, 2 GB image',
    store: engine.store,
    against,
    target: targets.container.unchanged,
    ours: times.warmdock,
    theirs: times.load,
  };
}

async function changedIn(setting: Setting, engine: EngineInfo): Promise<Row> {
  const [own, other] = await bothImages(setting, engine);
  const sampleOf = (image: LoadedImage, run: () => Promise<number>) => async () => {
    writeTiny(contextDir('big'), randomUUID());
    await settle();
    const wallMs = await run();
    await restoreTag(engine, image.tag, image.id, { changed: true });
    return wallMs;
  };
  const build = { context: contextDir('big'), host: engine.host, tag: own.tag };
  const warmdock = sampleOf(
    own,
    async () => (await timeWarmdock(setting, { ...build, expected: 'thin' })).wallMs,
  );
  const load = sampleOf(other, () => loadWithBuildx(setting, engine, other.tag));
  const sides = { warmdock: { sample: warmdock, perRound: 3 }, load: { sample: load } };
  const times = await alternate(sides, slowRounds(setting));
  return {
    case: 'docker-container builder: one tiny layer changed, 2 GB image',
    store: engine.store,
    against,
    target: targets.container.changed,
    ours: times.warmdock,
    theirs: times.load,
  };
}

async function bothImages(setting: Setting, engine: EngineInfo) {
  const own = await ensureBigImage(setting, 'warmdock', engine);
  return [own, await ensureBigImage(setting, 'load', engine)] as const;
}
