import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BuildKit } from '../buildkit/buildkit.js';
import type { Solved } from '../buildkit/solve.js';
import type { BuildOptions } from './plan/build-plan.js';
import { planBuild } from './plan/plan-build.js';
import { runBuild } from './run-build.js';
import { runOutputs } from './run-outputs.js';

const digest = `sha256:${'1'.repeat(64)}`;
const env = { XDG_STATE_HOME: '/nowhere' };

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'warmdock-outputs-'));
  writeFileSync(join(directory, 'Dockerfile'), 'FROM scratch');
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A builder that answers without calling back, as one does that knows only one exporter. */
function silentBuilder(answer: Solved['answer']): BuildKit {
  const builder: Partial<BuildKit> = {
    name: 'tcp://builder:1',
    connect: async () => {},
    startSession: () => ({ id: '', ended: new Promise(() => {}), close: () => {} }),
    solve: async () => ({ ref: '', image: { digest, configDigest: digest } as never, answer }),
  };
  return builder as BuildKit;
}

const planOf = (options: Partial<BuildOptions>) => planBuild({ context: temporary(), ...options });

describe('runOutputs', () => {
  it('does not take a push for done before the answer, whatever the news say', async () => {
    let answered = (_: Record<string, string>) => {};
    const answer = new Promise<Record<string, string>>((resolve) => {
      answered = resolve;
    });
    const plan = planOf({ tags: ['registry:5000/app'], push: true });
    let isDone = false;
    const running = runOutputs(plan, silentBuilder(answer), {}, { env }).then((result) => {
      isDone = true;
      return result;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isDone).toBe(false);
    answered({ 'containerimage.digest': digest });
    expect(await running).toMatchObject({ digest, tags: ['registry:5000/app:latest'] });
  });

  it('throws what the builder answers to a push that failed', async () => {
    const answer = Promise.reject(new Error('push denied'));
    answer.catch(() => {});
    const plan = planOf({ tags: ['registry:5000/app'], push: true });
    await expect(runOutputs(plan, silentBuilder(answer), {}, { env })).rejects.toThrow(
      'push denied',
    );
  });

  it('is UNSUPPORTED by a builder that makes only some of the outputs', async () => {
    const dest = join(temporary(), 'out');
    const outputs = [
      { type: 'image', push: false, attrs: {} },
      { type: 'local', dest, attrs: {} },
    ] as const;
    const answer = Promise.resolve({ 'containerimage.digest': digest });
    const running = runOutputs(planOf({ outputs }), silentBuilder(answer), {}, { env });
    await expect(running).rejects.toMatchObject({ code: 'UNSUPPORTED', hint: /0\.13/ });
  });

  it('looks at destinations before anything is built', async () => {
    const folder = temporary();
    const builder = silentBuilder(Promise.reject(new Error('never asked')).catch(() => ({})));
    const tar = planOf({ outputs: [{ type: 'tar', dest: folder, attrs: {} }] });
    const local = planOf({
      outputs: [{ type: 'local', dest: join(folder, 'Dockerfile'), attrs: {} }],
    });
    for (const plan of [tar, local])
      await expect(runOutputs(plan, builder, {}, { env })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    expect(readdirSync(folder)).toEqual(['Dockerfile']);
  });

  it('is not what runBuild does', async () => {
    const plan = planOf({ tags: ['app'], push: true });
    await expect(
      runBuild(plan, silentBuilder(Promise.resolve({})), {}, { env }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
