import { randomBytes } from 'node:crypto';
import { imageIdOf, startFaultProxy, useTestbed, withShell } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag, occupy, projectOf } from './support/project.js';
import { launcher, startWarmdock } from './support/warmdock.js';

const signals = ['SIGINT', 'SIGTERM'] as const;

describe.each(useTestbed().buildkits)('on the $name BuildKit', ({ address }) => {
  test.each(signals)(
    '%s during a step ends the build at once, and the tag stays',
    async (signal) => {
      const { host } = useTestbed().classic;
      const tag = newTag(host);
      const before = await occupy(host, tag);
      const word = randomBytes(6).toString('hex');
      const context = projectOf({
        Dockerfile: `${withShell}\nRUN --network=none echo ${word}; busybox sleep 60\n`,
      });
      const running = startWarmdock(['build', '--builder', address, '-t', tag, context], { host });
      await running.seen(new RegExp(`^#\\d+ \\d\\.\\d+ ${word}$`, 'm'));
      running.kill(signal);
      const { exitCode, stdout, stderr, durationMs } = await running.ended;
      expect(stderr).toMatch(/\n#\d+ CANCELED\n[\s\S]*ERROR: .*cancelled.*\n$/);
      expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
      expect(durationMs).toBeLessThan(5_000);
      expect(await imageIdOf(host, tag)).toBe(before);
    },
  );
});

test.each([
  ['nohup', 'HUP', 'SIGHUP'],
  ['a script that started it in the background', 'INT', 'SIGINT'],
] as const)('what %s had it ignore does not end it', async (_who, name, signal) => {
  const { builder, classic } = useTestbed();
  const word = randomBytes(6).toString('hex');
  const context = projectOf({
    Dockerfile: `${withShell}\nRUN --network=none echo ${word}; busybox sleep 60\n`,
  });
  const args = ['build', '--builder', builder.address, context];
  const command = ['-c', `trap '' ${name}; exec "$0" "$@"`, launcher, ...args];
  const running = startWarmdock(command, { program: 'sh', host: classic.host });
  await running.seen(new RegExp(`^#\\d+ \\d\\.\\d+ ${word}$`, 'm'));
  running.kill(signal);
  running.kill('SIGTERM');
  const { exitCode, stderr } = await running.ended;
  expect(stderr).toMatch(/ERROR: .*cancelled.*\n$/);
  expect(exitCode).toBe(130);
});

describe.each(['classic', 'containerd'] as const)('for the %s store', (store) => {
  const { host, socket } = useTestbed()[store];

  test('SIGINT during the load ends it at once, and the tag stays', async () => {
    const tag = newTag(host);
    const before = await occupy(host, tag);
    await using proxy = await startFaultProxy({
      target: { path: socket },
      place: 'unix',
      upstream: { delayMs: 100 },
    });
    const { address } = useTestbed().builder;
    const args = ['build', '--builder', address, '-t', tag, layeredProject(10_000_000)];
    const running = startWarmdock(args, { host: proxy.address });
    await running.seen(/^#\d+ sending 3 of 3 layers/m);
    running.kill('SIGINT');
    const { exitCode, stderr, durationMs } = await running.ended;
    expect(stderr).toMatch(/\n#\d+ CANCELED\n[\s\S]*ERROR: .*cancelled.*\n$/);
    expect(exitCode).toBe(130);
    expect(durationMs).toBeLessThan(5_000);
    expect(await imageIdOf(host, tag)).toBe(before);
  });
});

test('SIGINT while a builder does not answer ends at once', async () => {
  const { builder, classic } = useTestbed();
  const { hostname, port } = new URL(builder.address);
  await using proxy = await startFaultProxy({
    target: { host: hostname, port: Number(port) },
    downstream: { blackHole: true },
  });
  const args = ['build', '--builder', proxy.address, layeredProject()];
  const running = startWarmdock(args, { host: classic.host });
  await new Promise((resolve) => setTimeout(resolve, 500));
  running.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    exitCode: 130,
    stderr: expect.stringMatching(/^ERROR: .*cancelled/),
  });
});
