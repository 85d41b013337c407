import { type ImageStore, startEngine } from '@warmdock/testkit';
import { alternate } from '../measure/alternate.js';
import { type Command, timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import {
  type ComposeProject,
  composeBuild,
  prepareCompose,
  shimsAtOnce,
} from '../sides/compose-commands.js';
import { services } from '../sides/compose-projects.js';
import { inEmptyDaemon, withOneChanged } from '../sides/compose-sides.js';
import { enginesOf, type Setting, slowRounds } from '../sides/setting.js';
import { ensureSharedBase, resetServices } from '../sides/shared-base.js';
import { targets } from '../targets/targets.js';

const against = 'docker compose build';
const againstOne = 'one of the images alone';

/** A project of 20 services that share all but their last layers, 2 GB. */
export async function sharedBase(setting: Setting): Promise<Row[]> {
  await prepareCompose(setting);
  const project = {
    dir: await ensureSharedBase(setting),
    name: `bench-shared-${setting.builder.name}`,
  };
  const rows: Row[] = [];
  for (const { store } of enginesOf(setting)) {
    rows.push(...(await cold(setting, store, project)));
    rows.push(await changed(setting, store, project));
  }
  return rows;
}

/** Into a daemon that has nothing: each sample has a new daemon of its own. */
async function cold(setting: Setting, store: ImageStore, project: ComposeProject): Promise<Row[]> {
  const side = (commandFor: (host: string) => Command) => inEmptyDaemon(setting, store, commandFor);
  const one = services.slice(0, 1);
  const {
    project: ours,
    shims,
    theirs,
    alone,
  } = await alternate(
    {
      alone: side((host) => composeBuild(setting, 'shim', project, host, one)),
      project: side((host) => composeBuild(setting, 'shim', project, host)),
      shims: side((host) => shimsAtOnce(setting, project, host)),
      theirs: side((host) => composeBuild(setting, 'docker', project, host)),
    },
    slowRounds(setting),
  );
  const count = services.length;
  const row = {
    store,
    case: `compose, ${count} services on a common 2 GB base, empty daemon`,
    ours,
  };
  return [
    { ...row, against, target: targets.sharedBase.cold, theirs },
    {
      ...row,
      against: againstOne,
      target: targets.sharedBase.coldOverOne(count),
      theirs: alone,
    },
    {
      store,
      case: `${count} shims at once on a common 2 GB base, empty daemon`,
      against: againstOne,
      target: targets.sharedBase.shimsOverOne(count),
      ours: shims,
      theirs: alone,
    },
  ];
}

/** One service's tiny layer is new, on the builder too. */
async function changed(setting: Setting, store: ImageStore, project: ComposeProject): Promise<Row> {
  await using engine = await startEngine({ store });
  const commands = {
    ours: composeBuild(setting, 'shim', project, engine.host),
    theirs: composeBuild(setting, 'docker', project, engine.host),
  };
  await timeCommand(commands.ours, setting);
  const times = await alternate(
    {
      ours: await withOneChanged(setting, engine, project, commands.ours),
      theirs: await withOneChanged(setting, engine, project, commands.theirs),
    },
    slowRounds(setting),
  );
  resetServices(project.dir);
  return {
    store,
    case: `compose, one of ${services.length} services on a common 2 GB base changed`,
    against,
    target: targets.sharedBase.changed,
    ...times,
  };
}
