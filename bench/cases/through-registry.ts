import { randomUUID } from 'node:crypto';
import { type ImageStore, startEngine } from '@warmdock/testkit';
import { alternate, type Side } from '../measure/alternate.js';
import { settle } from '../measure/settle.js';
import { timeCommand } from '../measure/time-command.js';
import type { Row } from '../report/row.js';
import { loadWithBuildx, pushAndPull } from '../sides/big-images.js';
import { dockerPull } from '../sides/commands.js';
import { contextDir, ensureContext, writeTiny } from '../sides/contexts.js';
import { imageUnder, restoreTag } from '../sides/daemon.js';
import { timeWarmdock } from '../sides/ours.js';
import { pushBig } from '../sides/registry-images.js';
import { enginesOf, type Setting, slowRounds } from '../sides/setting.js';
import { targets } from '../targets/targets.js';

const against = 'docker buildx build --push + docker pull';

/** One changed layer, which goes from the builder through a registry into the daemon. */
export async function throughRegistry(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { store } of enginesOf(setting)) {
    rows.push(...(await changedIn(setting, store, 'pull')));
    if (store === 'classic') rows.push(...(await changedIn(setting, store, 'tar')));
  }
  ensureContext('big');
  return rows;
}

/** Each side has a daemon of its own, into which the layers below came in that way. */
async function changedIn(
  setting: Setting,
  store: ImageStore,
  came: 'pull' | 'tar',
): Promise<Row[]> {
  ensureContext('big');
  const { registry } = setting.testbed;
  const repository = `${registry.address}/bench-way-${setting.builder.name}`;
  const reference = await pushBig(setting, 'way-of-buildx');
  await using first = await startEngine({ store });
  await using second = await startEngine({ store });
  await using third = await startEngine({ store });
  const side = async (
    engine: typeof first,
    run: (host: string) => Promise<number>,
  ): Promise<Side> => {
    if (came === 'pull') await timeCommand(dockerPull(setting, engine.host, reference), setting);
    else await loadWithBuildx(setting, engine, reference);
    const id = await imageUnder(engine, reference);
    return {
      sample: async () => {
        writeTiny(contextDir('big'), randomUUID());
        await settle();
        const wallMs = await run(engine.host);
        await restoreTag(engine, reference, id, { changed: true });
        return wallMs;
      },
    };
  };
  const ours = (way: { registry?: string }) => (host: string) => {
    const build = { context: contextDir('big'), host, tag: reference, ...way };
    return timeWarmdock(setting, { ...build, expected: 'thin' }).then(({ wallMs }) => wallMs);
  };
  const times = await alternate(
    {
      registry: await side(first, ours({ registry: repository })),
      direct: await side(second, ours({})),
      theirs: await side(third, (host) => pushAndPull(setting, { host }, reference)),
    },
    slowRounds(setting),
  );
  const target = came === 'tar' ? targets.throughRegistry.afterTar : targets.throughRegistry.pulled;
  const name = `one tiny layer changed, through a registry, the others came by ${came}`;
  return [
    { case: name, store, against, target, ours: times.registry, theirs: times.theirs },
    {
      case: name,
      store,
      against: 'warmdock build, directly',
      ours: times.registry,
      theirs: times.direct,
    },
  ];
}
