import { createServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { WarmdockError } from '@warmdock/core';
import { type WebhookOptions, webhookHandler } from './webhook-handler.js';

/** What is served, and where it listens. */
export interface ServeWebhooksOptions extends WebhookOptions {
  readonly listen: {
    /** 0 takes a free one. */
    readonly port: number;
    /** Default `127.0.0.1`: TLS and the outside are for a proxy before it. */
    readonly host?: string | undefined;
  };
}

/** A running server of webhooks; disposing of it ends it. */
export interface WebhookServer extends AsyncDisposable {
  /** Like `http://127.0.0.1:8080`. */
  readonly url: string;
}

const maxConnections = 256;

/** Serves `webhookHandler` over HTTP until it is disposed of; throws `UNAVAILABLE` for an address that is taken or not here. */
export async function serveWebhooks(options: ServeWebhooksOptions): Promise<WebhookServer> {
  const { host = '127.0.0.1', port } = options.listen;
  const timeoutMs = options.readTimeoutMs ?? 10_000;
  const server = createServer(
    {
      headersTimeout: timeoutMs,
      requestTimeout: 2 * timeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    webhookHandler(options),
  );
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(host, port, cause)));
    server.listen({ host, port }, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${taken}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function cannotListen(host: string, port: number, cause: Error): WarmdockError {
  return new WarmdockError('UNAVAILABLE', `webhooks cannot listen: ${cause.message}`, {
    hint: `See who listens on port ${port}, and whether ${host} is an address of this machine.`,
    cause,
  });
}
