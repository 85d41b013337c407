import { type GoldenStore, openStore } from '../../../src/index.js';
import { fillSession } from '../fill-session.js';
import { promoteSteps } from '../promote-steps.js';
import { runVictim } from '../run-victim.js';
import { proof } from '../store-folder.js';
import type { Operation } from './cut-at-steps.js';

export interface CutOperation extends Operation {
  readonly steps: readonly string[];
  /** The golden at first. */
  readonly before: number | undefined;
  /** From which step on it is which, if it changes. */
  readonly change?: { readonly from: string; readonly to: number };
}

async function promoted(store: GoldenStore, text: string, options?: { readonly isAnew: boolean }) {
  await fillSession(store, 'session', text, options);
  await store.promote({ session: 'session', proof });
}

/** Of the strategy `layer-link`: others have nothing in the pool. */
export const cutOperations: Readonly<Record<string, CutOperation>> = {
  'the first promotion': {
    prepare: (store) => fillSession(store, 'next', 'one'),
    run: (store) => store.promote({ session: 'next', proof }),
    steps: promoteSteps,
    before: undefined,
    change: { from: 'promote:journal', to: 1 },
  },
  'a promotion': {
    async prepare(store) {
      await promoted(store, 'one');
      await fillSession(store, 'next', 'two');
    },
    run: (store) => store.promote({ session: 'next', proof }),
    steps: promoteSteps,
    before: 1,
    change: { from: 'promote:journal', to: 2 },
  },
  'a clone': {
    prepare: (store) => promoted(store, 'one'),
    run: (store) => store.clone({ project: 'app', session: 's' }),
    steps: ['clone:lease', 'clone:tree', 'clone:publish'],
    before: 1,
  },
  'a release': {
    async prepare(store) {
      await promoted(store, 'one');
      await fillSession(store, 's', 'two');
    },
    run: (store) => store.release({ session: 's' }),
    steps: ['release:discard', 'release:done'],
    before: 1,
  },
  'a collection': {
    async prepare(store) {
      await promoted(store, 'one');
      for (const text of ['two', 'three']) await promoted(store, text, { isAnew: true });
    },
    run: (store) => store.gc({ keep: 0 }),
    steps: [
      'gc:discard',
      'gc:generation',
      'gc:discard',
      'gc:generation',
      'gc:pool',
      'gc:pool',
      'gc:trash',
    ],
    before: 3,
  },
  'a recovery': {
    async prepare(store) {
      for (const text of ['one', 'two']) await promoted(store, text);
      await fillSession(store, 'next', 'three');
      const [promoting, collecting] = await Promise.all(
        ['promote:journal', 'gc:discard'].map((step) => openToEnd(store.root, step)),
      );
      await runVictim(store.root, 'clone app left', 'clone:tree');
      await collecting?.gc({ keep: 0 }).catch(() => {});
      await promoting?.promote({ session: 'next', proof }).catch(() => {});
    },
    run: (store) => store.recover(),
    steps: [
      'recover:removal',
      'recover:pending-deletion',
      ...promoteSteps.slice(promoteSteps.indexOf('promote:take')),
      'recover:promotion',
      'recover:session',
      'recover:trash',
    ],
    before: 3,
  },
};

/** A store whose operations end after a step, as if their process had been killed. */
function openToEnd(root: string, last: string): Promise<GoldenStore> {
  const onStep = (step: string) => {
    if (step === last) throw new Error(`ended after ${step}`);
  };
  return openStore(root, { mustExist: true }, { onStep });
}
