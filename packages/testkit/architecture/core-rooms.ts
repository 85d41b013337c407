import { rooms } from './rooms.js';

const basics = ['errors', 'options'];
const content = ['errors', 'oci', 'content', 'write-error'];
const call = ['call-context', 'progress'];
const engine = ['engine', 'engine/answers', 'engine/endpoint', 'engine/http'];
const session = ['buildkit/session', 'buildkit/session/ssh'];
const buildkit = ['buildkit', 'buildkit/grpc', ...session];
const services = [...content, ...engine, ...buildkit, 'options', 'docker', 'registry/login'];
const display = ['display', 'display/live', 'display/model', 'display/plain'];

/**
 * `@warmdock/core`. `oci` is pure data; the services `engine` and `buildkit` know nothing of each
 * other, `pipeline` alone brings them together; generated types stay behind `buildkit` and `fsutil`.
 */
export const core = rooms('core', 'packages/core/src', {
  errors: [],
  'error-codes': ['errors'],
  options: ['errors'],
  'go-bool': [],
  'ca-certificates': ['errors'],
  'connected-socket': [],
  'write-error': ['errors'],
  oci: [...basics, 'zod'],
  content: ['errors', 'oci', 'write-error'],
  'content/copy': ['errors', 'options', 'oci', 'content', 'p-limit'],
  'content/archive': ['errors', 'oci', 'content', 'tar', 'zod'],
  docker: ['errors'],
  tar: ['errors'],
  gen: ['@bufbuild/protobuf'],

  'engine/answers': ['errors', 'oci'],
  'engine/endpoint': [...basics, 'docker', 'engine/answers'],
  'engine/http': ['errors', 'content', 'ca-certificates', 'connected-socket', 'engine/endpoint'],
  engine: [...content, ...engine, 'options', 'docker'],

  'fsutil/paths': ['errors'],
  'fsutil/matching': ['errors', 'fsutil/paths'],
  'fsutil/wire': ['errors', 'gen', 'fsutil/paths'],
  'fsutil/sending': ['errors', 'fsutil/paths', 'fsutil/matching', 'fsutil/wire'],
  'fsutil/receiving': ['errors', 'write-error', 'fsutil/paths', 'fsutil/wire'],

  'registry/login': ['errors', 'docker'],
  'registry/token': ['errors', 'docker', 'ca-certificates', 'undici'],
  'registry/auth': ['errors', 'content', 'docker', 'registry/token'],
  'registry/http': [
    ...['errors', 'content', 'ca-certificates', 'registry/auth', 'registry/token', 'undici'],
    'p-retry',
  ],
  'registry/hosts': ['errors', 'registry/http', 'smol-toml', 'zod'],
  registry: [
    ...[...content, 'options', 'docker', 'zod', 'registry/auth', 'registry/hosts', 'registry/http'],
    ...['registry/login', 'registry/token'],
  ],

  'buildkit/http2/frames': ['errors'],
  'buildkit/http2/hpack': ['errors', 'buildkit/http2/frames'],
  'buildkit/http2': ['errors', 'buildkit/http2/frames', 'buildkit/http2/hpack'],
  'buildkit/grpc': [
    ...['errors', 'gen', 'buildkit/http2', 'buildkit/http2/frames'],
    'buildkit/http2/hpack',
  ],
  'buildkit/grpc-js': ['errors', 'buildkit/grpc', '@grpc/grpc-js'],
  'buildkit/session/ssh': ['errors'],
  'buildkit/session': [
    ...[...content, 'docker', 'gen', 'buildkit/grpc', 'buildkit/session/ssh'],
    ...['registry/login', 'registry/token', 'fsutil/matching', 'fsutil/wire', 'fsutil/sending'],
    'fsutil/receiving',
  ],
  buildkit: [
    ...[...content, 'docker', 'options', 'go-bool', 'gen', 'ca-certificates'],
    'connected-socket',
    ...['buildkit/grpc', 'buildkit/grpc-js', 'buildkit/session'],
  ],

  progress: ['oci', 'buildkit', 'pipeline/plan'],
  'call-context': ['progress'],

  'pipeline/flags': [...basics, 'oci', 'go-bool', 'buildkit/session'],
  'pipeline/checks': ['options', 'call-context'],
  'pipeline/plan': [
    ...[...basics, 'oci', 'go-bool', 'buildkit', 'buildkit/session'],
    ...['call-context', 'pipeline/flags'],
  ],
  'pipeline/state': ['errors', 'content', 'pipeline/plan'],
  'pipeline/downloads': [...content, ...call, 'pipeline/state'],
  'pipeline/builders/container': ['errors', 'docker', 'buildkit', ...engine, 'progress'],
  'pipeline/builders': [
    ...[...basics, ...buildkit, ...engine, 'call-context', 'pipeline/builders/container'],
    'pipeline/checks',
  ],
  'pipeline/image': [...content, 'tar'],
  'pipeline/solve': [
    ...[...content, ...buildkit, 'options', ...call],
    ...['pipeline/checks', 'pipeline/plan', 'pipeline/state'],
  ],
  'pipeline/inputs': [
    ...[...content, ...buildkit, 'tar', 'go-bool', ...call],
    ...['pipeline/flags', 'pipeline/plan', 'pipeline/state', 'pipeline/solve'],
  ],
  'pipeline/result': [
    ...[...content, ...buildkit, 'tar', ...call],
    ...['pipeline/image', 'pipeline/plan', 'pipeline/state', 'pipeline/solve'],
  ],
  'pipeline/result/ways': [
    ...[...content, ...buildkit, ...call, 'registry', 'pipeline/downloads', 'pipeline/flags'],
    ...['pipeline/plan', 'pipeline/result', 'pipeline/solve'],
  ],
  'pipeline/compare': [
    ...[...content, ...engine, 'buildkit', 'options', ...call, 'pipeline/builders'],
    ...['pipeline/checks', 'pipeline/image', 'pipeline/plan', 'pipeline/result'],
  ],
  'pipeline/load': [
    ...[...content, ...engine, 'options', ...call, 'pipeline/checks', 'pipeline/image'],
    ...['pipeline/plan', 'pipeline/state', 'pipeline/result', 'pipeline/compare'],
  ],
  'pipeline/pull': [
    ...[...content, 'engine', 'options', 'registry', ...call, 'pipeline/checks'],
    ...['pipeline/compare', 'pipeline/downloads', 'pipeline/load', 'pipeline/plan'],
  ],
  'pipeline/push': [
    ...[...content, ...engine, 'buildkit', 'options', 'registry', 'registry/login', ...call],
    ...['content/copy', 'pipeline/builders', 'pipeline/checks'],
  ],
  pipeline: [
    ...[...services, ...call, 'pipeline/builders', 'pipeline/checks', 'pipeline/plan'],
    ...['pipeline/solve', 'pipeline/inputs', 'pipeline/result', 'pipeline/compare'],
    ...['pipeline/load', 'pipeline/result/ways'],
  ],

  'display/model': ['buildkit', 'progress', 'pipeline/plan'],
  'display/plain': ['buildkit', 'display', 'display/model'],
  'display/live': ['buildkit', 'display', 'display/model', 'log-update', 'picocolors'],
  display: [...basics, 'buildkit', 'progress', 'pipeline', 'pipeline/plan', ...display],

  'public-checks': ['options', 'pipeline/checks'],
  exports: [
    ...[...services, ...call, ...display, 'go-bool', 'public-checks', 'pipeline', 'registry'],
    ...['content/archive', 'content/copy'],
    ...['buildkit/http2', 'pipeline/builders', 'pipeline/builders/container', 'pipeline/checks'],
    ...['pipeline/compare', 'pipeline/flags', 'pipeline/plan', 'pipeline/solve', 'pipeline/state'],
  ],
  index: [
    ...[...services, ...call, 'pipeline', 'pipeline/builders', 'pipeline/builders/container'],
    ...['pipeline/compare', 'pipeline/load', 'pipeline/plan', 'pipeline/pull', 'pipeline/push'],
    ...['pipeline/result', 'pipeline/solve'],
  ],
});
