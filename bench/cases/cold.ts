import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineInfo, type ImageStore, startEngine } from '@warmdock/testkit';
import { alternate, summarise } from '../measure/alternate.js';
import { benchDir } from '../measure/bench-dir.js';
import { settle } from '../measure/settle.js';
import { type TimedCommand, timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { ensureBigImage } from '../sides/big-images.js';
import { buildxBuild, dockerLoad } from '../sides/commands.js';
import { ensureContext } from '../sides/contexts.js';
import { saveImage } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { enginesOf, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** No further round begins after this time: one takes some 50 s. */
const budgetMs = 100_000;
const TAG = 'bench:big';

/** The whole image into a daemon that has nothing: each sample has a new daemon of its own. */
export async function cold(setting: Setting): Promise<Row[]> {
  const { classic } = setting.testbed;
  // Once loaded by both sides, the image is whole on the builder.
  await ensureBigImage(setting, 'load', classic);
  const { tag } = await ensureBigImage(setting, 'warmdock', classic);
  const archive = join(benchDir(), 'big.tar');
  await saveImage(classic, tag, archive);
  try {
    const rows: Row[] = [];
    for (const { store } of enginesOf(setting))
      rows.push(...(await coldIn(setting, store, archive)));
    return rows;
  } finally {
    rmSync(archive);
  }
}

async function coldIn(setting: Setting, store: ImageStore, archive: string): Promise<Row[]> {
  const context = ensureContext('big');
  const warmdock = recorded(store, ({ host }) =>
    timeWarmdock(setting, { context, host, tag: TAG, expected: 'full', memory: true }),
  );
  const load = recorded(store, ({ host }) => {
    const command = buildxBuild(setting, { context, host, flags: ['--load', '-t', TAG] });
    return timeCommand(command, { signal: setting.signal, memory: true });
  });
  const ready = recorded(store, ({ host }) =>
    timeCommand(dockerLoad(setting, host, archive), setting),
  );
  const times = await alternate({ warmdock, load, ready }, { ...slowRounds(setting), budgetMs });
  const row = { store, case: 'cold load, 2 GB image, empty daemon', ours: times.warmdock };
  const against = 'docker buildx build --load';
  return [
    {
      ...row,
      against,
      target: targets.cold[store],
      theirs: times.load,
    },
    { ...row, against: 'docker load of a ready archive', theirs: times.ready },
    {
      store,
      against,
      case: 'peak memory of the client meanwhile',
      target: targets.cold.clientMemory,
      ours: summarise(warmdock.peakBytes),
      theirs: summarise(load.peakBytes),
    },
  ];
}

/** A side that runs in an empty daemon and keeps its peaks of memory. */
function recorded(
  store: ImageStore,
  run: (engine: Pick<EngineInfo, 'host'>) => Promise<TimedCommand>,
) {
  const peakBytes: number[] = [];
  const sample = async () => {
    await using engine = await startEngine({ store });
    await settle();
    const { wallMs, peakBytes: peak } = await run(engine);
    peakBytes.push(peak);
    return wallMs;
  };
  return { sample, peakBytes };
}
