import { randomUUID } from 'node:crypto';
import type { EngineInfo } from '@warmdock/testkit';
import { alternate, type Side, type Summary } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { type Arrival, ensureBigImage, loadWithBuildx, pushAndPull } from '../sides/big-images.js';
import { otherBareBuilds } from '../sides/commands.js';
import { contextDir, ensureContext, writeTiny } from '../sides/contexts.js';
import { restoreTag } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { enginesOf, type LoadedImage, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

type Times = Record<'load' | 'pull' | 'warmdock' | 'shim', Summary> & { solve?: Summary };

/**
 * The last and tiny layer is new, on the builder too: each sample has content of its own, and
 * begins with a daemon that holds the first version under the side's tag.
 */
export async function changed(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const engine of enginesOf(setting)) rows.push(...(await changedIn(setting, engine)));
  ensureContext('big');
  return rows;
}

async function changedIn(setting: Setting, engine: EngineInfo): Promise<Row[]> {
  const side = async (arrival: Arrival, run: (tag: string) => Promise<number>) => {
    const image = await ensureBigImage(setting, arrival, engine);
    return () => changedSample(image, run);
  };
  const ours = (program: 'warmdock' | 'shim') =>
    side(program, async (tag) => {
      const build = { context: contextDir('big'), host: engine.host, tag, program };
      return (await timeWarmdock(setting, { ...build, expected: 'thin' })).wallMs;
    });
  const [warmdock, shim] = [await ours('warmdock'), await ours('shim')];
  const sides = {
    load: { sample: await side('load', (tag) => loadWithBuildx(setting, engine, tag)) },
    // After the loads: the pull must find layers that came by pull, or it fetches all of them anew.
    pull: {
      sample: await side('pull', (tag) => pushAndPull(setting, engine, tag)),
      perRound: 3,
    },
    warmdock: { sample: warmdock, perRound: 3 },
    shim: { sample: shim, perRound: 3 },
  };
  const solve = solveAlone(setting);
  const times: Times = await alternate({ ...sides, ...(solve && { solve }) }, slowRounds(setting));
  const row = { store: engine.store, case: 'one tiny layer changed, 2 GB image' };
  const floor = times.solve && { ...row, ours: times.warmdock, theirs: times.solve };
  return [
    ...(floor ? [{ ...floor, against: 'buildctl build' }] : []),
    {
      ...row,
      against: 'docker buildx build --load',
      target: targets.changed.load,
      ours: times.warmdock,
      theirs: times.load,
    },
    {
      ...row,
      case: 'one tiny layer changed, 2 GB image, through the shim',
      against: 'docker buildx build --load',
      target: targets.changed.load,
      ours: times.shim,
      theirs: times.load,
    },
    {
      ...row,
      against: 'docker buildx build --push + docker pull',
      target: targets.changed.pull,
      ours: times.warmdock,
      theirs: times.pull,
    },
  ];
}

/** The build of the same change by `buildctl`, which delivers nothing; `undefined` when there is none. */
function solveAlone(setting: Setting): Side | undefined {
  const command = otherBareBuilds(setting, contextDir('big')).get('buildctl build');
  if (!command) return undefined;
  const sample = async () => {
    writeTiny(contextDir('big'), randomUUID());
    await settle();
    return (await timeCommand(command, setting)).wallMs;
  };
  return { sample, perRound: 3 };
}

async function changedSample(image: LoadedImage, run: (tag: string) => Promise<number>) {
  writeTiny(contextDir('big'), randomUUID());
  await settle();
  const wallMs = await run(image.tag);
  await restoreTag(image.engine, image.tag, image.id, { changed: true });
  return wallMs;
}
