import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface EngineAnswer {
  readonly status: number;
  /** As JSON, `undefined` where there is none. */
  readonly body: unknown;
}

/**
 * Asks the Docker daemon at `unix://PATH` or `tcp://HOST:PORT` without any client of docker, which
 * takes longer to start than the daemon to answer. An error status is an answer, too.
 */
export async function askEngine(
  host: string,
  path: string,
  method: 'GET' | 'DELETE' = 'GET',
): Promise<EngineAnswer> {
  const { protocol, hostname, port, pathname: socketPath } = new URL(host);
  const target = protocol === 'unix:' ? { socketPath } : { hostname, port };
  const asked = request({ ...target, path, method, agent: false });
  return new Promise((resolve, reject) => {
    asked.once('error', reject).once('response', (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body: body && JSON.parse(body) }),
        reject,
      );
    });
    asked.end();
  });
}

/** The answer's body; throws what the daemon says when it refuses. */
export async function askedOf(answer: Promise<EngineAnswer>): Promise<unknown> {
  const { status, body } = await answer;
  if (status < 400) return body;
  throw new Error(`the daemon answered ${status}: ${JSON.stringify(body)}`);
}
