import { describe, expect, it } from 'vitest';
import type { Attachable } from './attachable.js';
import { startTestSession } from './session.testing.js';

const health = '/grpc.health.v1.Health/Check';
const nothing = new Uint8Array();

const hello: Attachable = {
  methods: {
    '/test.Hello/Say': async (call) => {
      call.write([Buffer.from('hello')]);
    },
  },
};

describe('a session', () => {
  it('announces its id, its key and each method that it serves', async () => {
    const { session, announced } = await startTestSession([hello]);
    const prefix = 'x-docker-expose-session';
    expect(announced.get(`${prefix}-uuid`)).toEqual([session.id]);
    expect(announced.get(`${prefix}-sharedkey`)).toEqual(['a key']);
    const methods = announced.get(`${prefix}-grpc-method`).join(', ').split(', ');
    expect(methods).toEqual([health, '/test.Hello/Say']);
  });

  it('has an id of its own each time', async () => {
    const ids = [(await startTestSession([])).session.id, (await startTestSession([])).session.id];
    expect(new Set(ids).size).toBe(2);
  });

  it('is healthy', async () => {
    const { caller } = await startTestSession([]);
    expect((await caller.unary(health, nothing)).toString('hex')).toBe('0801');
  });

  it('serves its attachables, and nothing else', async () => {
    const { caller } = await startTestSession([hello]);
    expect(String(await caller.unary('/test.Hello/Say', nothing))).toBe('hello');
    await expect(caller.unary('/test.Hello/Shout', nothing)).rejects.toMatchObject({
      code: 12,
      details: expect.stringContaining('/test.Hello/Shout'),
    });
  });
});

describe('the end of a session', () => {
  it('is no failure when this side closes it, and the builder hears of it', async () => {
    const { session, left } = await startTestSession([]);
    session.close();
    expect(await session.ended).toBeUndefined();
    if (!left.aborted) await new Promise((resolve) => left.addEventListener('abort', resolve));
  });

  it('comes when the builder ends it', async () => {
    const { session, caller, end } = await startTestSession([]);
    await caller.unary(health, nothing);
    end();
    await session.ended;
  });

  it('tells why when the connection breaks', async () => {
    const { session, cut } = await startTestSession([]);
    cut();
    expect(await session.ended).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('comes when the builder is silent for too long', async () => {
    const { session, caller, freeze } = await startTestSession([], { silenceMs: 200 });
    await caller.unary(health, nothing);
    freeze();
    expect(await session.ended).toMatchObject({
      message: expect.stringContaining('nothing was heard for 0.2 s'),
    });
  });

  it('does not come while the builder asks for its health', async () => {
    const { session, caller } = await startTestSession([], { silenceMs: 1_500 });
    let over = false;
    void session.ended.then(() => {
      over = true;
    });
    for (let asked = 0; asked < 5; asked++) {
      await caller.unary(health, nothing);
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(over).toBe(false);
  });
});
