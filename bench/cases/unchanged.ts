import type { EngineInfo } from '@warmdock/testkit';
import { alternate, type Side } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import type { Row } from '../report/row.js';
import { ensureBigImage, loadWithBuildx } from '../sides/big-images.js';
import { ensureContext } from '../sides/contexts.js';
import { restoreTag } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { enginesOf, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** The daemon has the image already, loaded by the same side. */
export async function unchanged(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const engine of enginesOf(setting)) rows.push(...(await unchangedIn(setting, engine)));
  return rows;
}

async function unchangedIn(setting: Setting, engine: EngineInfo): Promise<Row[]> {
  const side = async (program: 'warmdock' | 'shim'): Promise<Side> => {
    const { tag } = await ensureBigImage(setting, program, engine);
    const build = { context: ensureContext('big'), host: engine.host, tag, program };
    const sample = async () => {
      await settle();
      return (await timeWarmdock(setting, { ...build, expected: 'unchanged' })).wallMs;
    };
    return { sample, perRound: 3 };
  };
  const theirs = await ensureBigImage(setting, 'load', engine);
  const load = async () => {
    await settle();
    const wallMs = await loadWithBuildx(setting, engine, theirs.tag);
    await restoreTag(engine, theirs.tag, theirs.id);
    return wallMs;
  };
  const sides = {
    warmdock: await side('warmdock'),
    shim: await side('shim'),
    load: { sample: load },
  };
  const times = await alternate(sides, slowRounds(setting));
  const row: Omit<Row, 'case' | 'ours'> = {
    store: engine.store,
    against: 'docker buildx build --load',
    target: targets.unchanged,
    theirs: times.load,
  };
  return [
    { ...row, case: 'unchanged, 2 GB image', ours: times.warmdock },
    { ...row, case: 'unchanged, 2 GB image, through the shim', ours: times.shim },
  ];
}
