import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageStore, startEngine } from '@warmdock/testkit';
import { alternate } from '../measure/alternate.js';
import { benchDir } from '../measure/bench-dir.js';
import { settle } from '../measure/settle.js';
import { type Command, timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { ensureBigImage } from '../sides/big-images.js';
import { dockerLoad, dockerPull } from '../sides/commands.js';
import { inEmptyDaemon } from '../sides/compose-sides.js';
import { ensureContext } from '../sides/contexts.js';
import { removeTags, saveImage } from '../sides/daemon.js';
import { pushBig, pushChanged, warmdockPull } from '../sides/registry-images.js';
import { enginesOf, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

const against = 'docker pull';

/** The big image out of the testbed's registry. */
export async function pull(setting: Setting): Promise<Row[]> {
  ensureContext('big');
  const whole = await pushBig(setting, 'pull');
  const archive = join(benchDir(), 'pull.tar');
  const { classic } = setting.testbed;
  const { tag } = await ensureBigImage(setting, 'warmdock', classic);
  await saveImage(classic, tag, archive);
  try {
    const rows: Row[] = [];
    for (const { store } of enginesOf(setting)) {
      rows.push(await intoEmpty(setting, store, whole));
      rows.push(await afterTar(setting, store, archive));
    }
    return rows;
  } finally {
    rmSync(archive);
    ensureContext('big');
  }
}

async function intoEmpty(setting: Setting, store: ImageStore, whole: string): Promise<Row> {
  const side = (pulled: typeof dockerPull) =>
    inEmptyDaemon(setting, store, (host) => pulled(setting, host, whole));
  const sides = { ours: side(warmdockPull), theirs: side(dockerPull) };
  const times = await alternate(sides, slowRounds(setting));
  const name = 'pull of a 2 GB image, empty daemon';
  return { case: name, store, against, target: targets.pull.cold, ...times };
}

/** All but the last layer came by tar, and a pull of the new version follows. */
async function afterTar(setting: Setting, store: ImageStore, archive: string): Promise<Row> {
  await using engine = await startEngine({ store });
  await timeCommand(dockerLoad(setting, engine.host, archive), setting);
  const side = (pulled: (...args: Parameters<typeof dockerPull>) => Command) => ({
    sample: async () => {
      const reference = await pushChanged(setting, 'pull-changed');
      await settle();
      const { wallMs } = await timeCommand(pulled(setting, engine.host, reference), setting);
      await removeTags(engine, [reference]);
      return wallMs;
    },
  });
  const sides = { ours: side(warmdockPull), theirs: side(dockerPull) };
  const times = await alternate(sides, slowRounds(setting));
  const target = store === 'classic' ? { target: targets.pull.afterTar } : {};
  const name = 'pull of one tiny layer, the others came by tar';
  return { case: name, store, against, ...target, ...times };
}
