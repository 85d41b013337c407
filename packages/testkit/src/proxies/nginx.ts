import type { ProxyKind, ProxySetup } from './proxy-kind.js';

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** By itself it ends a body after 1 MB and an answer after a minute of silence. */
const forBuilds = `
    client_max_body_size 0;
    client_body_timeout 1h;
    grpc_read_timeout 1h;
    grpc_send_timeout 1h;`;

/** So that it ends connections in the middle of builds. By itself it does so after 1000. */
const requestsOfConnection = 20;

export const nginx: ProxyKind = {
  command: (_, settingsPath) => ['nginx', '-e', 'stderr', '-c', settingsPath],
  settings: (setup) => `
daemon off;
user root;
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${setup.asInstalled ? '' : `keepalive_requests ${requestsOfConnection};`}
  ${temporary.map((name) => `${name}_temp_path /tmp/${name};`).join('\n  ')}
  server {
    ${listen(setup, ' default_server')}
    return 421;
  }
  server {
    ${listen(setup)}
    server_name ${setup.authority.replace(/:\d+$/, '')};${setup.asInstalled ? '' : forBuilds}
    location / {
      grpc_pass grpc://127.0.0.1:${setup.backendPort};
    }
  }
}
`,
};

function listen({ port, tls }: ProxySetup, more = ''): string {
  const plain = `listen 127.0.0.1:${port}${tls ? ' ssl' : ''}${more};\n    http2 on;`;
  if (!tls) return plain;
  return `${plain}\n    ssl_certificate ${tls.cert};\n    ssl_certificate_key ${tls.key};`;
}
