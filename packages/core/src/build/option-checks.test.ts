import { describe, expect, it } from 'vitest';
import { parseBuilderAddress } from '../buildkit/address.js';
import { buildKitOver } from '../buildkit/buildkit.js';
import { explainBuilder } from '../buildkit/buildx-store.js';
import { addressTransport } from '../buildkit/transport.js';
import { parseEngineAddress } from '../engine/endpoint.js';
import { connectEngine } from '../engine/engine.js';
import { resolveEngineEndpoint } from '../engine/resolve-endpoint.js';
import { parseDigest } from '../oci/digest.js';
import { parsePlatform } from '../oci/platform.js';
import { parseReference } from '../oci/reference.js';
import { build } from './build.js';
import type { BuildOptions } from './build-plan.js';
import { callFrontend } from './call-frontend.js';
import { openBuilder } from './choose-builder.js';
import { observeEngine } from './observe-engine.js';
import { parseOutput } from './output-spec.js';
import { planBuild } from './plan-build.js';
import { planLoad } from './plan-load.js';
import { runBuild } from './run-build.js';
import { runOutputs } from './run-outputs.js';
import { runPlan } from './run-plan.js';
import { shareLocals } from './shared-locals.js';

/** The library as a program without types calls it. */
const untyped = {
  addressTransport,
  buildKitOver,
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
  shareLocals,
} as unknown as Record<string, (...given: unknown[]) => unknown>;

const call = async (name: string, ...given: unknown[]) => untyped[name]?.(...given);

const plan = planBuild({ context: '.' });
const builder = buildKitOver({
  name: 'none',
  open: () => Promise.reject(new Error('nothing is opened')),
});
const engine = connectEngine({ endpoint: parseEngineAddress('unix:///none') });
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
    ['build', [{ context: '.', env: { A: 1 } }], /env\.A is 1, expected a text/],
    ['planBuild', [{}], /context is missing/],
    ['planBuild', ['.'], /its options are "\."/],
    ['planBuild', [{ context: '.', secrets: ['id=a'] }], /secrets\[0\] is a text/],
    ['planBuild', [{ context: '.', secrets: [{ id: 'a', type: 'env' }] }], /\.name is missing/],
    ['planBuild', [{ context: '.', outputs: ['x.tar'] }], /outputs\[0\] is "x\.tar"/],
    ['planBuild', [{ context: '.', cacheFrom: ['app:cache'] }], /cacheFrom\[0\] is "app:cache"/],
    ['planBuild', [{ context: '.', platforms: 'linux/amd64' }], /platforms is "linux\/amd64"/],
    ['planBuild', [{ context: '.', shmSize: '64m' }], /shmSize is "64m", expected a number/],
    ['callFrontend', ['check', {}], /context is missing/],
    ['callFrontend', [{ context: '.' }], /argument question is an object/],
    ['runBuild', [], /argument plan is missing, expected a plan of planBuild/],
    ['runBuild', [plan, 'tcp://x:1'], /argument builder is "tcp:\/\/x:1", expected a BuildKit/],
    ['runBuild', [plan, builder, { onprogress() {} }], /there is no option onprogress/],
    ['runOutputs', [plan, builder, { stdout: 'x' }], /stdout is "x", expected a writable/],
    [
      'runPlan',
      [plan, builder, engine],
      /argument builder is an object, expected a builder of open/,
    ],
    ['runPlan', [plan, opened, 'unix:///x'], /argument engine is "unix:\/\/\/x"/],
    ['openBuilder', [1, engine, env], /argument wanted is 1/],
    ['planLoad', [{}, undefined], /argument engine is missing/],
    ['shareLocals', [plan, builder], /argument plans is an object, expected a list/],
    ['explainBuilder', [{ name: 'x' }], /env is missing/],
    ['connectEngine', [], /its options are missing/],
    ['connectEngine', ['unix:///x'], /its options are "unix:\/\/\/x"/],
    ['connectEngine', [{ endpoint: 'unix:///x' }], /endpoint is .*, expected what parseEngineAddr/],
    ['connectEngine', [{ endpoint: engine.endpoint, limits: { x: 1 } }], /no option limits\.x/],
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

  it('takes the options of a build for its plan as well', () => {
    expect(planBuild({ context: '.', env, builder, engine } as BuildOptions)).toEqual(plan);
  });
});
