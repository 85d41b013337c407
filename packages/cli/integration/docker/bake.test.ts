import { randomBytes } from 'node:crypto';
import { removeImages, useTestbed, withShell } from '@warmdock/testkit';
import { describe, onTestFinished, test } from 'vitest';
import { bakeCases, bakeFiles } from './bake-cases.js';
import { useDockerAndShim } from './docker-and-shim.js';
import { expectSame } from './lines.js';
import { projectFolder } from './project-folder.js';

const sides = useDockerAndShim();
const files = {
  ...bakeFiles,
  'sh/Dockerfile': `${withShell}\nRUN --network=none echo so far; exit 3\n`,
  'sh/busybox': '',
};

describe('the shim does what bake does', () => {
  test.each(
    bakeCases.map((each) => [`${each.line} ${JSON.stringify(each.env ?? {})}`, each] as const),
  )('%s', async (_, each) => {
    const name = `it${randomBytes(5).toString('hex')}`;
    onTestFinished(() => removeImages(useTestbed().classic.host, name));
    await expectSame(each, { sides, name, cwd: projectFolder(name, files) });
  });
});
