import { describe, expect, it } from 'vitest';
import { parseBuilderAddress } from '../buildkit/address.js';
import { buildKitOver } from '../buildkit/buildkit.js';
import { explainBuilder } from '../buildkit/buildx-store.js';
import { addressTransport } from '../buildkit/transport.js';
import { parseEngineAddress } from '../engine/endpoint/endpoint.js';
import { resolveEngineEndpoint } from '../engine/endpoint/resolve-endpoint.js';
import { connectEngine } from '../engine/engine.js';
import { parseDigest } from '../oci/digest.js';
import { parsePlatform } from '../oci/platform.js';
import { parseReference } from '../oci/reference.js';
import { build } from './build.js';
import { connectBuildKit } from './builders/connect-buildkit.js';
import { openBuilder } from './builders/open-builder.js';
import { callFrontend } from './call-frontend.js';
import { observeEngine } from './compare/observe-engine.js';
import { planLoad } from './compare/plan-load.js';
import { parseOutput } from './flags/output.js';
import { planBuild } from './plan/plan-build.js';
import { runBuild } from './run-build.js';
import { runOutputs } from './run-outputs.js';
import { runPlan } from './run-plan.js';
import { shareContexts } from './solve/shared-contexts.js';

/** The library as a program without types calls it. */
const untyped = {
  addressTransport,
  buildKitOver,
  connectBuildKit,
  observeEngine,
  parseBuilderAddress,
  parseDigest,
  parseEngineAddress,
  parseOutput,
  parsePlatform,
  parseReference,
  build,
  callFrontend,
  connectEngine,
  explainBuilder,
  openBuilder,
  planBuild,
  planLoad,
  resolveEngineEndpoint,
  runBuild,
  runOutputs,
  runPlan,
  shareContexts,
} as unknown as Record<string, (...given: unknown[]) => unknown>;

const call = async (name: string, ...given: unknown[]) => untyped[name]?.(...given);

const plan = planBuild({ context: '.' });
const builder = buildKitOver({
  name: 'none',
  open: () => Promise.reject(new Error('nothing is opened')),
});
const engine = connectEngine('unix:///none');
const opened = { buildkit: builder, inEngine: false, close() {} };
const env = {};

describe('a public call without types', () => {
  it.each<[name: string, given: unknown[], message: RegExp]>([
    ['build', [], /its options are missing/],
    ['build', [{ tags: ['a'] }], /context is missing, expected a directory, a URL or -/],
    ['build', [{ context: '.', tags: 'app' }], /tags is "app", expected a list of texts/],
    ['build', [{ context: '.', nocache: true }], /there is no option nocache/],
    ['build', [{ context: '.', builder: 1 }], /builder is 1, expected the name or address/],
    ['build', [{ context: '.', engine: {} }], /engine is an object, expected the address/],
    ['build', [{ context: '.' }, { env: { A: 1 } }], /env\.A is 1, expected a text/],
    ['planBuild', [{}], /context is missing/],
    ['planBuild', ['.'], /its options are "\."/],
    ['planBuild', [{ context: '.', secrets: [1] }], /secrets\[0\] is 1/],
    ['planBuild', [{ context: '.', secrets: [{ id: 'a', type: 'env' }] }], /\.name is missing/],
    ['planBuild', [{ context: '.', outputs: ['type=x'] }], /type=x/],
    ['planBuild', [{ context: '.', cacheFrom: [{ type: 'gha' }] }], /cacheFrom\[0\].*missing/],
    ['planBuild', [{ context: '.', platforms: 'linux/amd64' }], /platforms is "linux\/amd64"/],
    [
      'planBuild',
      [{ context: '.', shmSizeBytes: '64m' }],
      /shmSizeBytes is "64m", expected a number/,
    ],
    ['callFrontend', ['check', {}], /context is missing/],
    ['callFrontend', [{ context: '.' }], /argument question is an object/],
    ['runBuild', [], /argument plan is missing, expected a plan of planBuild/],
    ['runBuild', [plan, 'tcp://x:1'], /argument builder is "tcp:\/\/x:1", expected a BuildKit/],
    ['runBuild', [plan, builder, { onprogress() {} }], /there is no option onprogress/],
    ['runOutputs', [plan, builder, {}, { stdout: 'x' }], /stdout is "x", expected a writable/],
    [
      'runPlan',
      [plan, { builder, engine }],
      /argument builder is an object, expected a builder of open/,
    ],
    [
      'runPlan',
      [plan, { builder: opened, engine: 'unix:///x' }],
      /argument engine is "unix:\/\/\/x"/,
    ],
    ['openBuilder', [1, engine, env], /argument wanted is 1/],
    ['planLoad', [{}, undefined], /argument engine is missing/],
    ['shareContexts', [plan, builder], /argument plans is an object, expected a list/],
    ['explainBuilder', [{ name: 'x' }], /env is missing/],
    ['build', [{ context: '.', env }], /there is no option env/],
    ['planBuild', [{ context: '.', builder }], /there is no option builder/],
    ['connectEngine', [1], /argument address is 1, expected an address/],
    ['connectEngine', ['unix:///x', 'unix:///y'], /its options are "unix:\/\/\/y"/],
    ['connectEngine', [{ endpoint: 'unix:///x' }], /cannot call connectEngine: .*address/],
    ['connectEngine', [engine.endpoint, { limits: { x: 1 } }], /no option limits\.x/],
    ['connectBuildKit', [1], /argument address is 1/],
    ['connectBuildKit', ['shared'], /cannot connect to builder shared/],
    ['observeEngine', ['x', []], /argument engine is "x"/],
    ['buildKitOver', ['tcp://x:1'], /argument transport is "tcp:\/\/x:1"/],
    ['addressTransport', ['tcp://x:1'], /address is "tcp:\/\/x:1", expected what parseBuilder/],
    ['parseEngineAddress', [undefined], /argument address is missing, expected a text/],
    ['parseBuilderAddress', [1], /argument text is 1/],
    ['parseReference', [['app']], /argument text is a list/],
    ['parsePlatform', [{}], /argument text is an object/],
    ['parseDigest', [], /argument text is missing/],
    ['parseOutput', [], /argument spec is missing/],
    ['resolveEngineEndpoint', [], /its options are missing/],
    ['resolveEngineEndpoint', [{ address: 1, env }], /address is 1/],
  ])('%s(%j) is INVALID_ARGUMENT: %s', async (name, given, message) => {
    await expect(call(name, ...given)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});
