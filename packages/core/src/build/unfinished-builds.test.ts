import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { afterUnfinished, untilAnswered } from './unfinished-builds.js';

/** What `afterUnfinished` waited for, within 20 ms. */
async function waits(builder: string, contextKey: string): Promise<boolean> {
  const waited = afterUnfinished(builder, contextKey).then(() => false);
  return Promise.race([waited, delay(20, true)]);
}

test.each(['answers', 'fails'])('a build waits until the one before %s', async (how) => {
  let end = { resolve: () => {}, reject: () => {} };
  const answer = new Promise<void>((resolve, reject) => {
    end = { resolve, reject };
  });
  untilAnswered('tcp://builder', 'key', answer);
  expect(await waits('tcp://builder', 'key')).toBe(true);
  if (how === 'answers') end.resolve();
  else end.reject();
  expect(await waits('tcp://builder', 'key')).toBe(false);
});

test('builds of other contexts and on other builders do not wait', async () => {
  untilAnswered('tcp://builder', 'busy', new Promise(() => {}));
  expect(await waits('tcp://builder', 'other')).toBe(false);
  expect(await waits('tcp://other', 'busy')).toBe(false);
});
