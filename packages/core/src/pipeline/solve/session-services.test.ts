import { describe, expect, it } from 'vitest';
import { startTestSession } from '../../buildkit/session/session.testing.js';
import { makeTree } from '../../fsutil/sending/tree.testing.js';
import type { Progress } from '../../progress.js';
import { planBuild } from '../plan/plan-build.js';
import { sessionServices } from './session-services.js';

const getSecret = '/moby.buildkit.secrets.v1.Secrets/GetSecret';
const diffCopy = '/moby.filesync.v1.FileSync/DiffCopy';

/** A message whose one field, number 1, is this text. */
const textMessage = (text: string) => Buffer.from([0x0a, text.length, ...Buffer.from(text)]);

async function servedBy(onProgress?: (event: Progress) => void) {
  const context = makeTree({ Dockerfile: 'FROM scratch' });
  const plan = planBuild({ context, secrets: [{ id: 'token', type: 'env', name: 'TOKEN' }] });
  const env = { TOKEN: 'secret', HOME: context };
  return startTestSession(sessionServices(plan, env, onProgress));
}

describe('the services of a build', () => {
  it('are files, logins and secrets, and no more', async () => {
    const { announced } = await servedBy();
    const methods = announced.get('x-docker-expose-session-grpc-method').join(', ').split(', ');
    expect([...methods].sort()).toEqual([
      '/grpc.health.v1.Health/Check',
      '/moby.buildkit.secrets.v1.Secrets/GetSecret',
      '/moby.filesync.v1.Auth/Credentials',
      '/moby.filesync.v1.Auth/FetchToken',
      '/moby.filesync.v1.Auth/GetTokenAuthority',
      '/moby.filesync.v1.Auth/VerifyTokenAuthority',
      '/moby.filesync.v1.FileSync/DiffCopy',
    ]);
  });

  it('give out the secrets of the plan, and no others', async () => {
    const { caller } = await servedBy();
    expect(String(await caller.unary(getSecret, textMessage('token')))).toContain('secret');
    await expect(caller.unary(getSecret, textMessage('HOME'))).rejects.toMatchObject({ code: 5 });
  });

  it('give out the directories of the plan, and tell how much', async () => {
    const events: Progress[] = [];
    const { caller } = await servedBy((event) => void events.push(structuredClone(event)));
    const call = caller.bidi(diffCopy, { 'dir-name': ['dockerfile'] });
    const finish = Buffer.from([0x08, 3]);
    let messages = 0;
    for await (const message of call as AsyncIterable<Buffer>) {
      messages++;
      // An empty one ends the list of files; who finishes before it breaks off.
      if (message.length === 0) call.write(finish);
    }
    expect(messages).toBeGreaterThanOrEqual(3);
    expect(events.at(-1)).toEqual({
      type: 'context',
      name: 'dockerfile',
      files: 0,
      sizeBytes: 0,
      wantedBytes: 0,
    });
    const other = caller.bidi(diffCopy, { 'dir-name': ['home'] });
    const failed = (async () => {
      for await (const _ of other);
    })();
    await expect(failed).rejects.toMatchObject({ code: 5 });
  });
});
