import type { EngineInfo, ImageStore } from '@warmdock/testkit';
import { alternate, type Side } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { type Command, timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import {
  type ComposeProject,
  composeBuild,
  composeFloor,
  prepareCompose,
} from '../sides/compose-commands.js';
import {
  changing,
  ensureProject,
  type ServiceMegabytes,
  services,
} from '../sides/compose-projects.js';
import { imageOf, inEmptyDaemon, withOneChanged } from '../sides/compose-sides.js';
import { imageUnder, removeTags } from '../sides/daemon.js';
import { enginesOf, quickRounds, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

const against = 'docker compose build';
const floorAgainst = 'docker compose build --print + 20 buildctl build';

/** A project of 20 services, behind the shim and without it. */
export async function compose(setting: Setting): Promise<Row[]> {
  await prepareCompose(setting);
  const rows: Row[] = [];
  for (const engine of enginesOf(setting)) {
    rows.push(...(await unchanged(setting, engine, 7)));
    rows.push(...(await unchanged(setting, engine, 100)));
    rows.push(await changed(setting, engine));
    rows.push(await cold(setting, engine.store));
    for (const megabytes of [7, 100] as const) await removeImages(setting, engine, megabytes);
  }
  return rows;
}

/** The daemon has all images already, loaded by the same side. */
async function unchanged(
  setting: Setting,
  engine: EngineInfo,
  megabytes: ServiceMegabytes,
): Promise<Row[]> {
  const { ours, theirs } = projectsOf(setting, megabytes);
  const side = (command: Command, perRound: number): Side => ({
    sample: async () => {
      await settle();
      return (await timeCommand(command, setting)).wallMs;
    },
    perRound,
  });
  const floor = composeFloor(setting, ours, engine.host);
  const commands = {
    ours: composeBuild(setting, 'shim', ours, engine.host),
    theirs: composeBuild(setting, 'docker', theirs, engine.host),
  };
  for (const command of Object.values(commands)) await timeCommand(command, setting);
  const before = await changingIds(engine, [ours, theirs]);
  const rounds = megabytes > 10 ? slowRounds(setting) : quickRounds(setting);
  const measured = await alternate(
    {
      ours: side(commands.ours, 3),
      theirs: side(commands.theirs, 1),
      ...(floor && { floor: side(floor, 3) }),
    },
    rounds,
  );
  const after = await changingIds(engine, [ours, theirs]);
  if (after.join() !== before.join()) throw new Error(`built anew: ${after}, before: ${before}`);
  const { unchangedSmall, unchangedLarge } = targets.compose;
  const target = megabytes > 10 ? unchangedLarge : unchangedSmall;
  const row = {
    case: `compose, 20 unchanged services of ${megabytes} MB`,
    store: engine.store,
    ours: measured.ours,
  };
  return [
    { ...row, against, target, theirs: measured.theirs },
    ...(measured.floor ? [{ ...row, against: floorAgainst, theirs: measured.floor }] : []),
  ];
}

/** One service's tiny layer is new, on the builder too. */
async function changed(setting: Setting, engine: EngineInfo): Promise<Row> {
  const { ours, theirs } = projectsOf(setting, 100);
  const shim = composeBuild(setting, 'shim', ours, engine.host);
  const docker = composeBuild(setting, 'docker', theirs, engine.host);
  const sides = {
    ours: { ...(await withOneChanged(setting, engine, ours, shim)), perRound: 3 },
    theirs: await withOneChanged(setting, engine, theirs, docker),
  };
  const times = await alternate(sides, slowRounds(setting));
  ensureProject(100);
  return {
    case: 'compose, one of 20 services of 100 MB changed',
    store: engine.store,
    against,
    target: targets.compose.changed,
    ...times,
  };
}

/** All images into a daemon that has nothing: each sample has a new daemon of its own. */
async function cold(setting: Setting, store: ImageStore): Promise<Row> {
  const { ours, theirs } = projectsOf(setting, 100);
  const side = (program: 'shim' | 'docker', project: ComposeProject) =>
    inEmptyDaemon(setting, store, (host) => composeBuild(setting, program, project, host));
  const sides = { ours: side('shim', ours), theirs: side('docker', theirs) };
  const times = await alternate(sides, slowRounds(setting));
  return {
    case: 'compose, 20 services of 100 MB, empty daemon',
    store,
    against,
    target: targets.compose.cold,
    ...times,
  };
}

/** Each side has a project of its own, and with it images: compose labels them with its name. */
function projectsOf({ builder }: Setting, megabytes: ServiceMegabytes) {
  const dir = ensureProject(megabytes);
  const project = (side: string) => ({ dir, name: `bench-${side}-${builder.name}-${megabytes}` });
  return { ours: project('ours'), theirs: project('theirs') };
}

function changingIds(engine: EngineInfo, projects: readonly ComposeProject[]): Promise<string[]> {
  return Promise.all(projects.map((project) => imageUnder(engine, imageOf(project, changing))));
}

async function removeImages(setting: Setting, engine: EngineInfo, megabytes: ServiceMegabytes) {
  const { ours, theirs } = projectsOf(setting, megabytes);
  const images = [ours, theirs].flatMap((each) => services.map((name) => imageOf(each, name)));
  await removeTags(engine, images);
}
