import { createServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { WarmdockError } from '@warmdock/core';
import { type WebhookContext, type WebhookOptions, webhookHandler } from './webhook-handler.js';

/** What the handler takes, and where to listen. */
export interface ServeWebhooksOptions extends WebhookOptions {
  readonly listen: {
    /** 0 for any free port. */
    readonly port: number;
    /** Default `127.0.0.1`: leave TLS and other hosts to a reverse proxy. */
    readonly host?: string | undefined;
  };
}

/** A server for webhooks. */
export interface WebhookServer extends AsyncDisposable {
  /** Like `http://127.0.0.1:8080`. */
  readonly url: string;
}

const maxConnections = 256;

/** Serves `webhookHandler` over HTTP until it is disposed of. Throws `UNAVAILABLE` when it cannot listen. */
export async function serveWebhooks(
  options: ServeWebhooksOptions,
  context?: WebhookContext,
): Promise<WebhookServer> {
  const { host = '127.0.0.1', port } = options.listen;
  const timeoutMs = options.readTimeoutMs ?? 10_000;
  const server = createServer(
    {
      headersTimeout: timeoutMs,
      requestTimeout: 2 * timeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    webhookHandler(options, context),
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
