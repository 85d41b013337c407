import type { ProxyKind } from './proxy-kind.js';

/** Takes no request whose scheme is another than the connection's. */
export const nghttpx: ProxyKind = {
  command: ({ port, backendPort, tls }) => [
    'nghttpx',
    '--conf=/dev/null',
    '--require-http-scheme',
    `--frontend=127.0.0.1,${port}${tls ? '' : ';no-tls'}`,
    `--backend=127.0.0.1,${backendPort};;proto=h2`,
    '--backend-read-timeout=1h',
    '--frontend-http2-idle-timeout=1h',
    '--accesslog-file=/dev/null',
    '--errorlog-file=/dev/stderr',
    ...(tls ? [tls.key, tls.cert] : []),
  ],
};
