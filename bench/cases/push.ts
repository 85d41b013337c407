import { randomUUID } from 'node:crypto';
import type { EngineInfo } from '@warmdock/testkit';
import { alternate } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { contextDir, ensureContext, writeTiny } from '../sides/contexts.js';
import { removeTags } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { pushes } from '../sides/registry-images.js';
import { enginesOf, type Setting, slowRounds } from '../sides/setting.js';

/** A new version of the big image from a daemon into a registry that has all but its last layer. */
export async function push(setting: Setting): Promise<Row[]> {
  ensureContext('big');
  const rows: Row[] = [];
  for (const engine of enginesOf(setting)) rows.push(await pushFrom(setting, engine));
  ensureContext('big');
  return rows;
}

async function pushFrom(setting: Setting, engine: EngineInfo): Promise<Row> {
  const { testbed, builder } = setting;
  const side = async (program: 'warmdock' | 'docker') => {
    const tag = `${testbed.registry.address}/bench-push-${program}-${engine.store}-${builder.name}:big`;
    const load = () =>
      timeWarmdock(setting, { context: contextDir('big'), host: engine.host, tag });
    const command = pushes(setting, engine.host, tag)[program];
    await load();
    await timeCommand(command, setting);
    const sample = async () => {
      writeTiny(contextDir('big'), randomUUID());
      await load();
      await settle();
      return (await timeCommand(command, setting)).wallMs;
    };
    return { sample, tag };
  };
  const [ours, theirs] = [await side('warmdock'), await side('docker')];
  const times = await alternate({ ours, theirs }, slowRounds(setting));
  await removeTags(engine, [ours.tag, theirs.tag]);
  const name = 'push of one tiny layer changed, 2 GB image';
  return { case: name, store: engine.store, against: 'docker push', ...times };
}
