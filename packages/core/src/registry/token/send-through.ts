import { ProxyAgent, request } from 'undici';
import { answerLimitBytes, type TokenRequest, type TokenResponse } from './exchange.js';

/**
 * Sends a request through an HTTP proxy: to a server with TLS by a tunnel, in which the proxy reads
 * nothing. What the proxy's URL says of user and password is for the proxy alone.
 *
 * By undici, for which a proxy's own TLS is one more option; it takes 50 ms to load.
 */
export async function sendThrough(
  proxy: URL,
  url: URL,
  { ca, ...sending }: TokenRequest,
): Promise<TokenResponse> {
  const authorization = proxyAuthorization(proxy);
  const tls = ca && { ca };
  const dispatcher = new ProxyAgent({
    uri: proxy.href,
    ...(authorization && { token: authorization }),
    ...(tls && { requestTls: tls, proxyTls: tls }),
    maxHeaderSize: answerLimitBytes,
    proxyTunnel: url.protocol === 'https:',
  });
  const { statusCode, body } = await request(url, { ...sending, dispatcher });
  return { status: statusCode, body: closing(body, dispatcher) };
}

/** Closes the connections when the body has been read. */
async function* closing(
  body: AsyncIterable<Uint8Array>,
  dispatcher: ProxyAgent,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    await dispatcher.destroy();
  }
}

/** The header by which a proxy knows its user; `undefined` for a URL without one. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
