import { expect, it } from 'vitest';
import type { BuildKit } from '../../buildkit/buildkit.js';
import type { Session, SessionOptions } from '../../buildkit/session/session.js';
import { planBuild } from '../plan/plan-build.js';
import { shareContexts } from './shared-contexts.js';

/** A builder that only starts sessions. */
function sessions() {
  const started: SessionOptions[] = [];
  const closed: number[] = [];
  const builder: Pick<BuildKit, 'startSession'> = {
    startSession(options) {
      const id = started.push(options);
      const session: Pick<Session, 'id' | 'close'> = {
        id: `${id}`,
        close: () => void closed.push(id),
      };
      return session as Session;
    },
  };
  return { builder: builder as BuildKit, started, closed };
}

const planOf = (context: string, dockerfile?: string) =>
  planBuild({ context, dockerfile, cwd: '/work' });
const env = { XDG_STATE_HOME: '/dev/null' };

it('gives a directory that several builds read one session, which starts with the first of them', () => {
  const { builder, started } = sessions();
  const plans = [planOf('a'), planOf('a'), planOf('b')];
  const shared = shareContexts(plans, builder, { env });
  expect(started).toEqual([]);
  const first = shared.sessionOf({ name: 'context', directory: '/work/a' });
  expect(first?.id).toBe('1');
  expect(shared.sessionOf({ name: 'context', directory: '/work/a' })).toBe(first);
  expect(started).toHaveLength(1);
});

it.each([
  ['a directory that one build reads', { name: 'context', directory: '/work/b' }],
  ['one that none reads', { name: 'context', directory: '/work/c' }],
  ['one that several read under different names', { name: 'dockerfile', directory: '/work/b' }],
])('leaves %s alone', (_, local) => {
  const { builder, started } = sessions();
  const shared = shareContexts([planOf('a'), planOf('b')], builder, { env });
  expect(shared.sessionOf(local)).toBeUndefined();
  expect(started).toEqual([]);
});

it('closes what it has started, and nothing else', () => {
  const { builder, closed } = sessions();
  const shared = shareContexts([planOf('a'), planOf('a'), planOf('b'), planOf('b')], builder, {
    env,
  });
  shared.sessionOf({ name: 'context', directory: '/work/b' });
  shared.close();
  expect(closed).toEqual([1]);
});
