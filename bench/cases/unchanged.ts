import { alternate } from '../alternate.js';
import { ensureBigImage, loadWithBuildx } from '../big-images.js';
import { ensureContext } from '../contexts.js';
import { restoreTag } from '../daemon.js';
import { timeWarmdock } from '../ours.js';
import type { Row } from '../rows.js';
import { enginesOf, type Setting, slowRounds } from '../setting.js';
import { settle } from '../settle.js';

/** The daemon has the image already, loaded by the same side. */
export async function unchanged(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const engine of enginesOf(setting)) {
    const ours = await ensureBigImage(setting, 'warmdock', engine);
    const theirs = await ensureBigImage(setting, 'load', engine);
    const context = ensureContext('big');
    const build = { context, host: engine.host, tag: ours.tag, expected: 'unchanged' as const };
    const warmdock = async () => {
      await settle();
      return (await timeWarmdock(setting, build)).wallMs;
    };
    const load = async () => {
      await settle();
      const wallMs = await loadWithBuildx(setting, engine, theirs.tag);
      await restoreTag(engine, theirs.tag, theirs.id);
      return wallMs;
    };
    const sides = { warmdock: { sample: warmdock, perRound: 3 }, load: { sample: load } };
    const times = await alternate(sides, slowRounds(setting));
    rows.push({
      case: 'unchanged, 2 GB image',
      store: engine.store,
      against: 'docker buildx build --load',
      target: { type: 'faster', times: 50 },
      ours: times.warmdock,
      theirs: times.load,
    });
  }
  return rows;
}
