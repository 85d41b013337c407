import { join } from 'node:path';
import { type EngineInfo, type ImageStore, startEngine } from '@warmdock/testkit';
import { alternate, type Side } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { composeUp, prepareCompose } from '../sides/compose-commands.js';
import { ensureStartedProject, startedServices } from '../sides/compose-projects.js';
import { checkRunning } from '../sides/daemon.js';
import { type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

/** A project that is started on a new machine, behind the shim and without it. */
export async function composeUps(setting: Setting): Promise<Row[]> {
  await prepareCompose(setting);
  const rows: Row[] = [];
  for (const store of ['classic', 'containerd'] as const) rows.push(await cold(setting, store));
  return rows;
}

/** Until all services run. The builder knows every layer; each sample has a new daemon of its own. */
async function cold(setting: Setting, store: ImageStore): Promise<Row> {
  const dir = ensureStartedProject(join(setting.testbed.rootfs, 'usr/bin/busybox'));
  const side = (program: 'docker' | 'shim'): Side => ({
    sample: async () => {
      await using engine = await startEngine({ store });
      return await timeUp(setting, program, dir, engine);
    },
  });
  const sides = { ours: side('shim'), theirs: side('docker') };
  // The first of each fills the builder.
  for (const { sample } of Object.values(sides)) await sample();
  const times = await alternate(sides, slowRounds(setting));
  return {
    case: `compose, up of ${startedServices.length} services on a common 200 MB, empty daemon`,
    store,
    against: 'docker compose up -d',
    target: targets.composeUp,
    ...times,
  };
}

async function timeUp(
  setting: Setting,
  program: 'docker' | 'shim',
  dir: string,
  engine: Pick<EngineInfo, 'host'>,
): Promise<number> {
  // Compose labels images with the project's name.
  const project = { dir, name: `bench-${program}-${setting.builder.name}` };
  await settle();
  const { wallMs } = await timeCommand(composeUp(setting, program, project, engine.host), setting);
  await checkRunning(engine, startedServices.length);
  return wallMs;
}
