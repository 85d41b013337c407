import { alternate } from '../measure/alternate.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { ensureBigImage } from '../sides/big-images.js';
import { buildxBuild } from '../sides/commands.js';
import { ensureContext } from '../sides/contexts.js';
import { importBuiltCore } from '../sides/programs.js';
import { enginesOf, quickRounds, type Setting } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** A program that keeps its connections open and builds again and again. */
export async function warmConnection(setting: Setting): Promise<Row[]> {
  const core = await importBuiltCore();
  const { signal } = setting;
  const rows: Row[] = [];
  for (const { store, host } of enginesOf(setting)) {
    const { tag } = await ensureBigImage(setting, 'warmdock', setting.testbed[store]);
    const context = ensureContext('big');
    const builder = core.connectBuildKit(setting.builder.address);
    const engine = core.connectEngine(host);
    const bare = buildxBuild(setting, { context, host, flags: [] });
    const sdk = async () => {
      const start = performance.now();
      const { load } = await core.build({ context, tags: [tag], builder, engine }, { signal });
      const wallMs = performance.now() - start;
      if (load.outcome !== 'unchanged') throw new Error(`expected unchanged, got ${load.outcome}`);
      return wallMs;
    };
    const buildx = async () => (await timeCommand(bare, setting)).wallMs;
    const sides = { sdk: { sample: sdk }, buildx: { sample: buildx } };
    const times = await alternate(sides, quickRounds(setting));
    builder.close();
    engine.close();
    rows.push({
      case: 'unchanged, 2 GB image, SDK on open connections',
      store,
      against: 'docker buildx build',
      target: targets.sdk,
      ours: times.sdk,
      theirs: times.buildx,
    });
  }
  return rows;
}
