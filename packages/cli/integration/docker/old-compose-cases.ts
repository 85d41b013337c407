import { composeFiles } from './compose-cases.js';
import { type LineCase, ours, passedThrough } from './lines.js';

/** The project of `compose-cases`, but for services that begin with others: compose before 2.33 knows none. */
export const oldComposeFiles: Readonly<Record<string, string>> = {
  ...composeFiles,
  'compose.yaml': `
services:
  web:
    build: { context: web, args: { WHO: "\${WHO:-file}" } }
    depends_on: [db]
  db:
    image: \${COMPOSE_PROJECT_NAME}-named:v1
    build: { context: ., dockerfile: db.Dockerfile, labels: { from: compose } }
  debug:
    build: web
    profiles: [debug]
`,
};

const usual = ['db', 'web'];

export const oldComposeCases: readonly LineCase[] = [
  ours('docker compose build', usual),
  ours('docker compose -f compose.yaml -f override.yaml build', usual),
  ours('docker compose --file=other.yaml build', ['other']),
  ours('docker compose build', ['other'], { env: { COMPOSE_FILE: 'other.yaml' } }),
  ours('docker compose -p "$NAME-more" build db', ['db'], { env: { COMPOSE_PROJECT_NAME: 'x' } }),
  ours('docker compose --profile debug build', [...usual, 'debug']),
  ours('docker compose build debug', ['debug']),
  ours('docker compose build web db', usual),
  ours('docker compose build --with-dependencies web', usual),
  ours('docker compose build --build-arg WHO=me web', ['web']),
  ours('docker compose build --build-arg WHO web', ['web'], { env: { WHO: 'environment' } }),
  ours('docker compose build web', ['web'], { env: { WHO: 'environment' } }),
  ours('docker compose build --no-cache db', ['db'], { isNew: true }),
  ours('docker compose build --pull web', ['web']),
  ours('docker compose build -q', usual, { prints: true }),
  ours('docker compose --progress quiet build', usual, { prints: true }),
  ours('docker compose --progress plain build', usual),
  ours('docker compose --ansi never build web', ['web']),
  ours('docker compose --parallel 1 build', usual),
  ours('docker compose --env-file env build web', ['web']),
  ours('docker compose build --builder shared web', ['web'], { env: { BUILDX_BUILDER: '' } }),
  ours('docker-compose build', usual),
  ours('docker-compose -f other.yaml build -q', ['other'], { prints: true }),
  passedThrough('docker compose version --short', [], /no build/, { prints: true }),
  passedThrough('docker compose -f other.yaml config --services', [], /no build/, { prints: true }),
  passedThrough('docker compose -f pushed.yaml build --push', ['pushed'], /pushed/),
  passedThrough('docker compose build --memory 64m web', ['web'], /--memory/),
  passedThrough('docker compose build nobody', [], /no such service/, { prints: true }),
  passedThrough('docker compose -f bad.yaml build', [], /yaml/, { prints: true }),
  passedThrough('docker compose -f required.yaml build', [], /say what you need/, { prints: true }),
  passedThrough('docker compose -f missing.yaml build', [], /missing.yaml/, { prints: true }),
  passedThrough('docker compose -f no-context.yaml build', [], /nowhere/),
  passedThrough('docker compose build web', ['web'], /^$/, { env: { WARMDOCK: 'off' } }),
];
