import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/index.js';
import { fillSession } from '../fill-session.js';
import { type Contents, contentsOf } from './contents.js';

const project = 'app';

/** What came of all that an orchestrator does with its store when the machine has started again. */
export interface AfterCut {
  /** At first. */
  readonly current: number | undefined;
  /** By a deep look at all generations, at first and at the end. */
  readonly problems: readonly object[];
  readonly contents: Readonly<Record<number, Contents>>;
  /** Those that were left were made before. */
  readonly isEarlier: boolean;
  /** That of a promotion that was made afterwards. */
  readonly generation: number;
  /** What was in `sessions/` and `trash/` at the end. */
  readonly left: readonly string[];
}

/** Opens, lists, verifies, recovers, collects, releases, clones, and promotes. */
export async function useAfterCut(root: string): Promise<AfterCut> {
  const store = await openStore(root, { mustExist: true });
  const { projects, sessions } = await store.list();
  const { current } = projects[0] ?? {};
  const exists = projects.length > 0;
  const { problems } = exists ? await store.verify({ project, deep: true }) : { problems: [] };
  const contents = exists ? await contentsOf(store, project) : {};
  await store.recover();
  await store.gc({ keep: 0 });
  for (const session of namesIn(root, 'sessions')) await store.release({ session });
  await fillSession(store, 'again', 'again');
  const proof = { buildId: 'again', exitCode: 0 } as const;
  const { generation } = await store.promote({ session: 'again', proof });
  const after = await store.verify({ project, deep: true });
  await store.gc({ keep: 0 });
  return {
    current,
    problems: [...problems, ...after.problems],
    contents,
    isEarlier: sessions.every(({ isOfEarlierBoot }) => isOfEarlierBoot),
    generation,
    left: ['sessions', 'trash'].flatMap((name) => namesIn(root, name)),
  };
}

function namesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder));
}
