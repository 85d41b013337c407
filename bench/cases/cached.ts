import type { ImageStore } from '@warmdock/testkit';
import { alternate, type Side, type Summary } from '../measure/alternate.js';
import { type Command, timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { ensureBigImage } from '../sides/big-images.js';
import { buildxBuild, otherBareBuilds } from '../sides/commands.js';
import { type ContextName, ensureContext } from '../sides/contexts.js';
import { removeTags } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { enginesOf, quickRounds, type Setting } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

const contexts = [
  { name: 'small', title: 'small' },
  { name: 'big', title: '2 GB' },
  { name: 'wide', title: '50,000-file' },
] as const;

/** Of `otherBareBuilds` too, by their names. */
type Times = Record<ImageStore | 'buildx', Summary> & Record<string, Summary | undefined>;

/** All is cached: `warmdock build` with comparison and tag against a build that delivers nothing. */
export async function cached(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, title } of contexts) {
    const context = ensureContext(name);
    const others = otherBareBuilds(setting, context);
    const times = await measure(setting, name, context, others);
    const { classic, containerd, buildx } = times;
    const row = { case: `cached build, ${title} context`, against: 'docker buildx build' };
    const target = targets.cached[name];
    rows.push({ ...row, store: 'classic', target, ours: classic, theirs: buildx });
    rows.push({ ...row, store: 'containerd', target, ours: containerd, theirs: buildx });
    for (const against of others.keys()) {
      const theirs = times[against];
      if (theirs) rows.push({ ...row, store: 'classic', against, ours: classic, theirs });
    }
  }
  return rows;
}

async function measure(
  setting: Setting,
  name: ContextName,
  context: string,
  others: ReadonlyMap<string, Command>,
): Promise<Times> {
  const tag = `bench-cached-${setting.builder.name}:${name}`;
  const ours = async (store: ImageStore): Promise<Side> => {
    const engine = setting.testbed[store];
    if (name === 'big') await ensureBigImage(setting, 'warmdock', engine);
    const build = { context, host: engine.host, tag };
    await timeWarmdock(setting, build);
    const unchanged = { ...build, expected: 'unchanged' as const };
    return { sample: async () => (await timeWarmdock(setting, unchanged)).wallMs };
  };
  const theirs = (command: Command): Side => ({
    sample: async () => (await timeCommand(command, setting)).wallMs,
  });
  const { host } = setting.testbed.classic;
  const rest = [...others].map(([against, command]) => [against, theirs(command)] as const);
  const sides = {
    classic: await ours('classic'),
    containerd: await ours('containerd'),
    buildx: theirs(buildxBuild(setting, { context, host, flags: [] })),
    ...(Object.fromEntries(rest) as Record<string, Side>),
  };
  const times = await alternate(sides, quickRounds(setting));
  for (const engine of enginesOf(setting)) await removeTags(engine, [tag]);
  return times;
}
