import { randomUUID } from 'node:crypto';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { openBuildHarness } from '../support/build-harness.js';
import { busybox, contextOf, temporaryFolder } from '../support/context.js';
import { within } from '../support/faults.js';
import { everyBuilder, inContainer } from '../support/settings.js';

describe.each([...everyBuilder(), inContainer()])(
  'a build that fails with %s',
  (_name, setting) => {
    const failing = (command: string) =>
      contextOf({
        Dockerfile: `${withShell}\nRUN --network=none ${command} # ${randomUUID()}`,
        busybox,
      });

    it('in a step tells its name, exit code, last output and place in the Dockerfile', async () => {
      const { build } = openBuildHarness(setting);
      const context = failing('echo out; echo größe >&2; exit 7');
      await expect(build({ context })).rejects.toMatchObject({
        code: 'BUILD_FAILED',
        step: { name: expect.stringContaining('exit 7') },
        logTail: expect.arrayContaining(['out', 'größe']),
        exitCode: 7,
        sources: [{ filename: 'Dockerfile', markedLines: [5] }],
      });
    });

    it.each([
      [
        'an unknown stage is asked for',
        'FROM scratch AS a\nCOPY . /',
        { target: 'nowhere' },
        /nowhere/,
      ],
      ['a file to copy is missing', 'FROM scratch\nCOPY no-such-file /', {}, /no-such-file/],
      ['the Dockerfile has an unknown instruction', 'FROM scratch\nCOPPY a b', {}, /COPPY/i],
      ['the Dockerfile is empty', '', {}, /empty|no build stage/i],
      ['a base image does not exist', 'FROM 127.0.0.1:1/nothing', {}, /127\.0\.0\.1:1/],
    ])('since %s says so', async (_rule, Dockerfile, options, message) => {
      const { build } = openBuildHarness(setting);
      const building = build({ context: contextOf({ Dockerfile }), ...options });
      await expect(building).rejects.toMatchObject({
        code: 'BUILD_FAILED',
        message: expect.stringMatching(message),
      });
    });

    it('with a Dockerfile of 200 KB tells the same, and the next build works', async () => {
      const { build } = openBuildHarness(setting);
      const padding = `# ${'x'.repeat(98)}\n`.repeat(2_000);
      const Dockerfile = `${padding}${withShell}\nRUN --network=none exit 3 # ${randomUUID()}`;
      const context = contextOf({ Dockerfile, busybox });
      await within(12_000, () =>
        expect(build({ context })).rejects.toMatchObject({
          code: 'BUILD_FAILED',
          message: expect.stringContaining('exit code: 3'),
          step: { name: expect.stringContaining('exit 3') },
          sources: [{ filename: 'Dockerfile', markedLines: [2_005] }],
        }),
      );
      const small = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /note', note: 'n' });
      await build({ context: small });
    });
  },
);

describe('a build of what is not there', () => {
  const setting = everyBuilder()[0]?.[1];

  it.each([
    ['a missing context', () => ({ context: `${temporaryFolder()}/nowhere` }), /context directory/],
    ['a file as context', () => ({ context: `${contextOf({ f: '' })}/f` }), /context directory/],
    ['a context without a Dockerfile', () => ({ context: contextOf({ f: '' }) }), /no Dockerfile/],
    [
      'a missing Dockerfile',
      () => ({ context: contextOf({ Dockerfile: '' }), dockerfile: '/nowhere/Dockerfile' }),
      /nowhere/,
    ],
  ])('%s is INVALID_ARGUMENT, with a hint', async (_rule, options, message) => {
    if (!setting) throw new Error('no setting');
    const { build } = openBuildHarness(setting);
    await expect(build(options())).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });
});
