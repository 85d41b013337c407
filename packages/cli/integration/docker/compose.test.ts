import { randomBytes } from 'node:crypto';
import { removeImages, startEngine, useTestbed, withShell } from '@warmdock/testkit';
import { describe, onTestFinished, test } from 'vitest';
import { composeCases, composeFiles } from './compose-cases.js';
import { useDockerAndShim } from './docker-and-shim.js';
import { expectSame, ours } from './lines.js';
import { projectFolder } from './project-folder.js';

const sides = useDockerAndShim();

const failing = `${withShell}\nARG NAME=x\nARG CODE=0\nRUN --network=none echo "so far $NAME"; exit $CODE\n`;
const files = {
  ...composeFiles,
  'sh/Dockerfile': failing,
  'sh/busybox': '',
  env: 'WHO=env-file\n',
};

/** A project under a name of its own. */
function place(host = useTestbed().classic.host) {
  const name = `it${randomBytes(5).toString('hex')}`;
  onTestFinished(() => removeImages(host, name));
  return { sides, name, cwd: projectFolder(name, files), host };
}

describe('the shim does what compose does', () => {
  test.each(
    composeCases.map((each) => [`${each.line} ${JSON.stringify(each.env ?? {})}`, each] as const),
  )('%s', async (_, each) => {
    await expectSame(each, place());
  });
});

describe('with the containerd store', () => {
  test.each([
    ['docker compose build', ['api.v1', 'db', 'web']],
    ['docker compose build web', ['web']],
  ])('the images have the same names: %s', async (line, images) => {
    // Their IDs are those of manifests, which tell how the layers are compressed.
    await expectSame(ours(line, images, { isNew: true }), place(useTestbed().containerd.host));
  });

  test.each(['', '-q'])('a service that fails ends the others: build %s', async (flag) => {
    // One of its own: the loads that docker breaks off spoil it for docker.
    const daemon = await startEngine({ store: 'containerd' });
    onTestFinished(() => daemon[Symbol.asyncDispose]());
    const line = `docker compose -f five.yaml build ${flag}`;
    await expectSame(ours(line, [], { isNew: true }), place(daemon.host));
  });
});
