import { type EngineInfo, type ImageStore, startEngine } from '@warmdock/testkit';
import { alternate, summarise } from '../alternate.js';
import { ensureBigImage } from '../big-images.js';
import { buildxBuild } from '../commands.js';
import { ensureContext } from '../contexts.js';
import { type Timed, timeCommand } from '../measure.js';
import { timeWarmdock } from '../ours.js';
import type { Row } from '../rows.js';
import { enginesOf, type Setting, slowRounds } from '../setting.js';
import { settle } from '../settle.js';

const TAG = 'bench:big';
/** What has to arrive at least `times` faster, for each store. */
const targets: Record<ImageStore, number> = { classic: 3, containerd: 1.4 };

/** The whole image into a daemon that has nothing: each sample has a new daemon of its own. */
export async function cold(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  // Once loaded by both sides, the image is whole on the builder.
  for (const arrival of ['warmdock', 'load'] as const) {
    await ensureBigImage(setting, arrival, setting.testbed.classic);
  }
  for (const { store } of enginesOf(setting)) rows.push(...(await coldIn(setting, store)));
  return rows;
}

async function coldIn(setting: Setting, store: ImageStore): Promise<Row[]> {
  const context = ensureContext('big');
  const warmdock = recorded(store, ({ host }) =>
    timeWarmdock(setting, { context, host, tag: TAG, expected: 'full', memory: true }),
  );
  const load = recorded(store, ({ host }) => {
    const command = buildxBuild(setting, { context, host, flags: ['--load', '-t', TAG] });
    return timeCommand(command, { signal: setting.signal, memory: true });
  });
  const times = await alternate({ warmdock, load }, slowRounds(setting));
  const row = { store, against: 'docker buildx build --load' };
  return [
    {
      ...row,
      case: 'cold load, 2 GB image, empty daemon',
      target: { type: 'faster', times: targets[store] },
      ours: times.warmdock,
      theirs: times.load,
    },
    {
      ...row,
      case: 'peak memory of the client meanwhile',
      target: { type: 'memory', belowBytes: 150_000_000 },
      ours: summarise(warmdock.peakBytes),
      theirs: summarise(load.peakBytes),
    },
  ];
}

/** A side that runs in an empty daemon and keeps its peaks of memory. */
function recorded(store: ImageStore, run: (engine: Pick<EngineInfo, 'host'>) => Promise<Timed>) {
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
