import type { ProxyKind } from './proxy-kind.js';

export const haproxy: ProxyKind = {
  command: (_, settingsPath) => ['haproxy', '-db', '-f', settingsPath],
  settings: ({ port, backendPort, tls, authority }) => `
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend all
  bind 127.0.0.1:${port} ${tls ? `ssl crt ${tls.both} alpn h2` : 'proto h2'}
  http-request deny deny_status 421 unless { req.hdr(host) -i ${authority} }
  default_backend builder
backend builder
  server builder 127.0.0.1:${backendPort} proto h2
`,
};
