import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contextOf, putNode } from '../support/context.js';
import { fileOf } from '../support/daemon-images.js';
import { addressOf } from '../support/faults.js';
import { everyBuilder } from '../support/settings.js';
import { cleanEnv, openWorkshop } from '../support/workshop.js';

/** The address of an http server on this machine, as the builder sees it. */
async function httpServer(listener: RequestListener): Promise<string> {
  return (await addressOf(createServer(listener))).replace('tcp:', 'http:');
}

function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', ['-C', folder, ...who, ...args], { env, encoding: 'utf8' }).trim();
}

/** A repository with the branches `main` and `other`, the Dockerfile in `sub`. */
function repository(note: string): string {
  const folder = contextOf({ 'sub/Dockerfile': 'FROM scratch\nCOPY note /note', 'sub/note': note });
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '.');
  git(folder, 'commit', '-qm', 'one');
  git(folder, 'checkout', '-qb', 'other');
  putNode(join(folder, 'sub/note'), `${note} other`);
  git(folder, 'commit', '-qam', 'two');
  git(folder, 'checkout', '-q', 'main');
  git(folder, 'update-server-info');
  return folder;
}

/** The repository over git's smart http protocol, behind a login when `header` is given. */
async function gitServer(folder: string, header?: string): Promise<string> {
  return httpServer((request, response) => {
    if (header !== undefined && request.headers.authorization !== header) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        PATH_INFO: path.replace('/repo.git', '/.git'),
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-encoding'] && {
          HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        }),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      } as NodeJS.ProcessEnv,
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk) => chunks.push(chunk));
    backend.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      const headers = answer.subarray(0, end).toString().split('\r\n');
      const fields = headers.map((line) => line.split(': ') as [string, string]);
      const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200';
      response.writeHead(Number.parseInt(status, 10), Object.fromEntries(fields));
      response.end(answer.subarray(end + 4));
    });
  });
}

describe.each(everyBuilder())('a context in git for %s', (_name, setting) => {
  it.each([
    ['#main:sub', ''],
    ['#other:sub', ' other'],
  ])('is what its fragment %s names', async (fragment, suffix) => {
    const note = randomUUID();
    const address = await gitServer(repository(note));
    const { build, host } = openWorkshop(setting);
    const { load } = await build({ context: `${address}/repo.git${fragment}` });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note + suffix);
  });

  it.each([
    ['GIT_AUTH_HEADER', 'basic aGVhZGVyOng='],
    ['GIT_AUTH_TOKEN', 'a-token'],
  ])('that wants a login gets it from the secret %s', async (id, value) => {
    const header =
      id === 'GIT_AUTH_HEADER'
        ? value
        : `basic ${Buffer.from(`x-access-token:${value}`).toString('base64')}`;
    const note = randomUUID();
    const address = await gitServer(repository(note), header);
    const { build, host } = openWorkshop(setting);
    const { load } = await build({
      context: `${address}/repo.git#main:sub`,
      secrets: [{ id, type: 'env', name: 'MY_LOGIN' }],
      env: { ...cleanEnv(), MY_LOGIN: value },
    });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);
  });

  it('may also be a named one', async () => {
    const note = randomUUID();
    const { build, host } = openWorkshop(setting);
    const { load } = await build({
      context: contextOf({ Dockerfile: 'FROM scratch\nCOPY --from=repo /sub/note /note' }),
      namedContexts: [
        { name: 'repo', source: `${await gitServer(repository(note))}/repo.git#main` },
      ],
    });
    expect(await fileOf(host, load.imageId, 'note')).toBe(note);
  });

  it('asks for the agent when it is reached by ssh, and says where there is none', async () => {
    const { build } = openWorkshop(setting);
    const building = build({ context: 'git@127.0.0.1:nothing.git' });
    await expect(building).rejects.toMatchObject({
      message: expect.stringContaining('SSH_AUTH_SOCK'),
    });
  });
});
