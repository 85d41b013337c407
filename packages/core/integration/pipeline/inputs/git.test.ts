import { randomUUID } from 'node:crypto';
import { type GitServerOptions, makeGitRepository, startGitServer } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnv, openBuildHarness } from '../../support/build-harness.js';
import { contextOf, temporaryFolder } from '../../support/context.js';
import { fileOf } from '../../support/daemon-images.js';
import { everyBuilder } from '../../support/settings.js';

/** The address of a repository with the branches `main` and `other`, the Dockerfile in `sub`. */
async function served(note: string, options?: GitServerOptions): Promise<string> {
  const repository = await makeGitRepository(temporaryFolder(), {
    main: { 'sub/Dockerfile': 'FROM scratch\nCOPY note /note', 'sub/note': note },
    other: { 'sub/note': `${note} other` },
  });
  const server = await startGitServer(repository, options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server.url;
}

describe.each(everyBuilder())('a context in git for %s', (_name, setting) => {
  it.each([
    ['#main:sub', ''],
    ['#other:sub', ' other'],
  ])('is what its fragment %s names', async (fragment, suffix) => {
    const note = randomUUID();
    const url = await served(note);
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({ context: `${url}${fragment}` });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note + suffix);
  });

  it.each([
    ['GIT_AUTH_HEADER', 'basic aGVhZGVyOng='],
    ['GIT_AUTH_TOKEN', 'a-token'],
  ])('that wants a login gets it from the secret %s', async (id, value) => {
    const authorization =
      id === 'GIT_AUTH_HEADER'
        ? value
        : `basic ${Buffer.from(`x-access-token:${value}`).toString('base64')}`;
    const note = randomUUID();
    const url = await served(note, { authorization });
    const { build, host } = openBuildHarness(setting);
    const { load } = await build(
      { context: `${url}#main:sub`, secrets: [{ id, type: 'env', name: 'MY_LOGIN' }] },
      { env: { ...cleanEnv(), MY_LOGIN: value } },
    );
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);
  });

  it('may also be a named one', async () => {
    const note = randomUUID();
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({
      context: contextOf({ Dockerfile: 'FROM scratch\nCOPY --from=repo /sub/note /note' }),
      buildContexts: [{ name: 'repo', source: `${await served(note)}#main` }],
    });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);
  });

  it('asks for the agent when it is reached by ssh, and says where there is none', async () => {
    const { build } = openBuildHarness(setting);
    const building = build({ context: 'git@127.0.0.1:nothing.git' });
    await expect(building).rejects.toMatchObject({
      message: expect.stringContaining('SSH_AUTH_SOCK'),
    });
  });
});
