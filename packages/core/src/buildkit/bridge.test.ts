import { type FakeBuildkitHandlers, GrpcError } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { SolveRequest as SolveMessage } from '../gen/control.js';
import {
  BridgeResult,
  BridgeSolveRequest,
  BridgeSolveResponse,
  ReturnRequest,
} from '../gen/gateway.js';
import { Status } from '../gen/status.js';
import type { FrontendResult } from './frontend-result.js';
import { hang, request, solveAnswer, solver, stepError } from './solve.testing.js';

const made = Buffer.from(
  BridgeResult.encode({
    ref: { id: 'r', definition: Buffer.from('graph') },
    refs: undefined,
    metadata: { 'containerimage.config': Buffer.from('{}') },
  }).finish(),
);
const madeState = { definition: Buffer.from('graph'), imageConfig: Buffer.from('{}') };
const solved = () => Buffer.from(BridgeSolveResponse.encode({ result: made }).finish());
const unimplemented = () => Promise.reject(new GrpcError(12, 'unknown service LLBBridge'));
const noNews = async function* () {};

/** A builder whose solve ends with what is returned to it through the bridge. */
async function bridged(handlers: FakeBuildkitHandlers) {
  const calls: string[] = [];
  const returned: ReturnRequest[] = [];
  const solves: SolveMessage[] = [];
  let end: (given: ReturnRequest) => void = () => {};
  const ended = new Promise<ReturnRequest>((resolve) => {
    end = resolve;
  });
  const setting = await solver({
    status: noNews,
    async solve(message) {
      solves.push(SolveMessage.decode(message));
      const { error } = await ended;
      if (error.length === 0) return solveAnswer({ a: 'b' });
      const { code, message: why } = Status.decode(error);
      throw new GrpcError(code, why);
    },
    bridgeReturn(message, { metadata }) {
      calls.push(`Return ${metadata.get('buildkit-controlapi-buildid')}`);
      const given = ReturnRequest.decode(message);
      returned.push(given);
      end(given);
      return Buffer.alloc(0);
    },
    ...handlers,
  });
  return { ...setting, calls, returned, solves };
}

describe('a solve whose result others begin with', () => {
  it('runs its frontend through the bridge, shows the result and hands it over', async () => {
    const asked: BridgeSolveRequest[] = [];
    const builds: string[] = [];
    const { builder, session, solves, calls, returned } = await bridged({
      bridgeSolve(message, { metadata }) {
        asked.push(BridgeSolveRequest.decode(message));
        builds.push(String(metadata.get('buildkit-controlapi-buildid')));
        return solved();
      },
    });
    const results: FrontendResult[] = [];
    const inputs = new Map([['base', { states: new Map([['', madeState]]) }]]);
    const solving = await builder.solve(
      { ...request, inputs },
      { session, onResult: async (result) => void results.push(result) },
    );
    expect(await solving.answer).toEqual({ a: 'b' });
    expect(results).toMatchObject([{ states: new Map([['', madeState]]) }]);
    expect(returned).toEqual([{ result: made, error: Buffer.alloc(0) }]);
    expect(solves).toMatchObject([{ frontend: '', frontendInputs: {} }]);
    expect(asked).toMatchObject([
      {
        frontend: 'dockerfile.v0',
        frontendOpt: { target: 'app', 'context:base': 'input:base' },
        frontendInputs: { base: madeState.definition },
        allowResultReturn: true,
        evaluate: true,
      },
    ]);
    expect(builds).toEqual([solving.ref]);
    expect(calls).toEqual([`Return ${solving.ref}`]);
    expect(solves[0]?.ref).toBe(solving.ref);
  });

  it('is not handed over before its result is let go', async () => {
    const { solve, returned } = await bridged({ bridgeSolve: solved });
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let show = () => {};
    const shown = new Promise<void>((resolve) => {
      show = resolve;
    });
    const solving = solve({
      onResult: () => {
        show();
        return held;
      },
    });
    await shown;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(returned).toEqual([]);
    letGo();
    await (await solving).answer;
    expect(returned).toHaveLength(1);
  });

  it('fails with the status of its frontend, which is handed over with its details', async () => {
    const { solve, returned } = await bridged({
      bridgeSolve: () => Promise.reject(stepError('step', 'exit code: 7')),
    });
    const shown: unknown[] = [];
    await expect(solve({ onResult: async (result) => shown.push(result) })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: 'build failed: exit code: 7',
    });
    expect(shown).toEqual([]);
    expect(returned.map(({ error }) => Status.decode(error))).toMatchObject([
      {
        code: 2,
        message: 'exit code: 7',
        details: [{ typeUrl: 'github.com/moby/buildkit/errdefs.Vertex+json' }],
      },
    ]);
    expect(returned[0]?.result).toHaveLength(0);
  });

  it('fails with what its result was refused for', async () => {
    const { solve, returned } = await bridged({ bridgeSolve: solved });
    const refuse = () => Promise.reject(new Error('nobody wants it'));
    await expect(solve({ onResult: refuse })).rejects.toMatchObject({
      message: expect.stringContaining('nobody wants it'),
    });
    expect(returned.map(({ error }) => Status.decode(error))).toMatchObject([
      { code: 2, message: 'nobody wants it' },
    ]);
  });

  it('is UNSUPPORTED on a builder without the bridge, and ends there', async () => {
    let isCancelled = false;
    const { solve } = await bridged({
      bridgeSolve: unimplemented,
      bridgeReturn: unimplemented,
      solve: (_, { signal }) => {
        signal.addEventListener('abort', () => {
          isCancelled = true;
        });
        return hang();
      },
    });
    await expect(solve({ onResult: async () => {} })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('unknown service LLBBridge'),
    });
    await expect.poll(() => isCancelled).toBe(true);
  });

  it('fails with the solve itself, while the bridge is still at work', async () => {
    const { solve } = await bridged({
      bridgeSolve: hang,
      solve: () => Promise.reject(new GrpcError(7, 'not allowed')),
    });
    await expect(solve({ onResult: async () => {} })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('not allowed'),
    });
  });

  it('can be cancelled while the bridge is at work', async () => {
    const { solve } = await bridged({ bridgeSolve: hang });
    const stop = new AbortController();
    const solving = solve({ onResult: async () => {}, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(solving).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
