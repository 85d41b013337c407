import { type FakeEngineOptions, startFakeEngine } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseEngineAddress } from '../../../engine/endpoint/endpoint.js';
import { containerTransport } from './container-transport.js';

type Routes = NonNullable<FakeEngineOptions['routes']>;

function piece(stream: number, content: Buffer | string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
}

/** An empty SETTINGS frame. */
const greeting = piece(1, Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
const state = (Status: string) => ({ body: { Id: 'x', State: { Status, ExitCode: 3 } } });

/** A daemon whose container answers one exec after another with these, the last one again and again. */
async function transportTo(
  execs: readonly (number | Buffer)[],
  states: readonly string[] = ['running'],
) {
  const queue = [...execs];
  const statuses = [...states];
  const next = <T>(list: T[]): T => (list.length > 1 ? (list.shift() as T) : (list[0] as T));
  let output: number | Buffer = 0;
  const routes: Routes = {
    'POST /containers/box/exec': (_, response, message) => {
      message.resume();
      output = next(queue);
      const status = typeof output === 'number' ? output : 201;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status === 201 ? { Id: 'e' } : { message: 'no' }));
    },
    'GET /containers/box/json': (_, response) => {
      const status = next(statuses);
      response.writeHead(status === 'absent' ? 404 : 200);
      response.end(JSON.stringify(status === 'absent' ? {} : state(status).body));
    },
  };
  const fake = await startFakeEngine({
    routes,
    upgrades: {
      'POST /exec/e/start': (connection) => {
        connection.on('error', () => {});
        if (output === greeting) connection.write(output);
        else connection.end(output);
      },
    },
  });
  let boots = 0;
  const address = { kind: 'docker-container', container: 'box' } as const;
  const boot = async () => void boots++;
  const transport = containerTransport(address, parseEngineAddress(fake.host), boot);
  onTestFinished(async () => {
    transport.close?.();
    await fake[Symbol.asyncDispose]();
  });
  return { open: () => transport.open({}), boots: () => boots };
}

const silent = piece(2, 'connection refused');

describe("a builder's container", () => {
  it.each<[rule: string, execs: (number | Buffer)[], states: string[], boots: number]>([
    ['that runs is used as it is', [greeting], ['running'], 0],
    ['that is not there is booted', [404, greeting], ['absent'], 1],
    ['that does not run is booted', [409, greeting], ['exited'], 1],
    ['that was never started is booted', [409, greeting], ['created'], 1],
    ['that others have just made is used', [404, greeting], ['running'], 0],
    ['that others have just started is waited for', [409, silent, greeting], ['running'], 0],
    ['that is being restarted is waited for', [409, greeting], ['restarting'], 0],
    ['that is booted is waited for', [404, silent, silent, greeting], ['absent', 'running'], 1],
    ['that stops under our hands is booted', [piece(1, 'not running'), greeting], ['exited'], 1],
  ])('%s', async (_rule, execs, states, expected) => {
    const { open, boots } = await transportTo(execs, states);
    (await open()).destroy();
    expect(boots()).toBe(expected);
  });

  it.each<[rule: string, exec: number | Buffer, state: string, code: string, message: RegExp]>([
    ['that is paused', 409, 'paused', 'UNAVAILABLE', /box is paused/],
    [
      'without a BuildKit',
      piece(1, 'no buildctl'),
      'running',
      'UNSUPPORTED',
      /box .*: no buildctl/,
    ],
    ['that does not come up', 409, 'exited', 'UNAVAILABLE', /ended with exit code 3/],
    ['of a daemon that refuses', 500, 'running', 'UNAVAILABLE', /answered 500/],
    ['of a daemon that allows no exec', 403, 'running', 'PERMISSION_DENIED', /answered 403/],
  ])('%s is told', async (_rule, exec, state, code, message) => {
    const { open } = await transportTo([exec], [state]);
    await expect(open()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
