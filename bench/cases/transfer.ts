import { randomUUID } from 'node:crypto';
import { alternate } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { buildxBuild } from '../sides/commands.js';
import { ensureContext, linkContext, removeContext } from '../sides/contexts.js';
import { removeTags } from '../sides/daemon.js';
import { listLocalSources, pruneLocalSources } from '../sides/local-sources.js';
import { timeWarmdock } from '../sides/ours.js';
import { quickRounds, type Setting } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/**
 * A context that the builder has nothing of. Its content is known, so that every step is cached:
 * only the transfer takes time.
 */
export async function transfer(setting: Setting): Promise<Row[]> {
  const engine = setting.testbed.classic;
  const tag = `bench-transfer-${setting.builder.name}:latest`;
  const before = await listLocalSources(setting);
  const fresh = async (run: (context: string) => Promise<{ wallMs: number }>) => {
    const context = linkContext(ensureContext('transfer'), `transfer-${randomUUID()}`);
    try {
      await settle();
      return (await run(context)).wallMs;
    } finally {
      removeContext(context);
    }
  };
  const warmdock = (context: string) => timeWarmdock(setting, { context, host: engine.host, tag });
  const buildx = (context: string) =>
    timeCommand(buildxBuild(setting, { context, host: engine.host, flags: [] }), setting);
  try {
    const sides = {
      warmdock: { sample: () => fresh(warmdock) },
      buildx: { sample: () => fresh(buildx) },
    };
    const times = await alternate(sides, quickRounds(setting));
    await removeTags(engine, [tag]);
    return [
      {
        case: 'first transfer of a 500 MB context',
        store: engine.store,
        against: 'docker buildx build',
        target: targets.transfer,
        ours: times.warmdock,
        theirs: times.buildx,
      },
    ];
  } finally {
    await pruneLocalSources(setting, before);
  }
}
