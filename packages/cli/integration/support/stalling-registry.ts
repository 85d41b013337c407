import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StallingRegistry extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly address: string;
}

/** Stands in front of a registry; of these blobs the first half comes, and nothing more. */
export async function startStallingRegistry(
  registry: { readonly address: string },
  blobs: readonly string[],
): Promise<StallingRegistry> {
  const server = createServer(async ({ method = 'GET', url = '/', headers }, response) => {
    const { accept = '*/*' } = headers;
    const answer = await fetch(`http://${registry.address}${url}`, { method, headers: { accept } });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    const body = Buffer.from(await answer.arrayBuffer());
    const isStalling = method === 'GET' && blobs.some((digest) => url.endsWith(digest));
    finish(response, body, isStalling);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function finish(response: ServerResponse, body: Buffer, isStalling: boolean): void {
  if (isStalling) response.write(body.subarray(0, body.length / 2));
  else response.end(body);
}
