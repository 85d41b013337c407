import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Listening, listenAt } from '../fakes/listen.js';

export interface GitServerOptions {
  /** The only value of `Authorization` that is let in; default anybody is. */
  authorization?: string;
}

export interface GitServer extends Listening {
  /** `http://127.0.0.1:port/repo.git` */
  readonly url: string;
}

/** Serves a repository by git's smart http protocol, with the machine's own `git http-backend`. */
export async function startGitServer(
  repository: string,
  { authorization }: GitServerOptions = {},
): Promise<GitServer> {
  const server = createServer((request, response) => {
    const isLetIn = authorization === undefined || request.headers.authorization === authorization;
    if (isLetIn) void answer(repository, request, response).catch(() => response.destroy());
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  const listening = await listenAt(server, 'tcp');
  return Object.assign(listening, {
    url: `${listening.address.replace('tcp:', 'http:')}/repo.git`,
  });
}

/** Git's program is a CGI script: the request in variables, the head of the response on its output. */
async function answer(repository: string, request: IncomingMessage, response: ServerResponse) {
  const backend = spawn('git', ['http-backend'], {
    env: variablesOf(repository, request),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [output] = await Promise.all([
    buffer(backend.stdout),
    // What it does not read to the end is its own affair.
    pipeline(request, backend.stdin).catch(() => {}),
  ]);
  const end = output.indexOf('\r\n\r\n');
  const fields = output
    .subarray(0, end)
    .toString()
    .split('\r\n')
    .map((line) => line.split(': ') as [string, string]);
  const { Status: status = '200', ...headers } = Object.fromEntries(fields);
  response.writeHead(Number.parseInt(status, 10), headers).end(output.subarray(end + 4));
}

function variablesOf(repository: string, { url = '/', method, headers }: IncomingMessage) {
  const { pathname, search } = new URL(url, 'http://git');
  const encoding = headers['content-encoding'];
  return {
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: repository,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    PATH_INFO: pathname.replace('/repo.git', '/.git'),
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: method,
    CONTENT_TYPE: headers['content-type'] ?? '',
    ...(encoding && { HTTP_CONTENT_ENCODING: encoding }),
  };
}
