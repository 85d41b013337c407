import { randomBytes } from 'node:crypto';
import {
  outputOf,
  removeImages,
  runCommand,
  runDocker,
  useTestbed,
  withShell,
} from '@warmdock/testkit';
import { onTestFinished } from 'vitest';
import type { DockerAndShim, Side } from './docker-and-shim.js';
import { projectFolder } from './project-folder.js';

const service = (name: string, more = '') => `  ${name}:
    build: { context: ${name} }
    command: [busybox, sleep, "60"]
    network_mode: none
    stop_signal: KILL
${more}`;
const dockerfile = `${withShell}\nCOPY file /file\n`;
const files = {
  'compose.yaml': `services:\n${service('web', '    depends_on: [db]\n')}${service('db')}`,
  'never.yaml': `services:\n${service('web', '    pull_policy: never\n')}`,
  'always.yaml': `services:\n${service('web', '    pull_policy: always\n')}`,
  'build.yaml': `services:\n${service('web', '    pull_policy: build\n')}`,
  'named.yaml': `services:\n${service('web', '    image: ${REGISTRY}/${COMPOSE_PROJECT_NAME}/web\n')}`,
  'profiles.yaml': `services:\n${service('web', '    profiles: [more]\n')}${service('db')}`,
  'several.yaml': `services:\n${service('web').replace('{ context: web }', '{ context: web, platforms: [linux/arm64, linux/amd64] }')}`,
  'failing.yaml': `services:\n${service('web')}${service('db').replace('{ context: db }', '{ context: db, dockerfile: Failing }')}`,
  'web/Dockerfile': dockerfile,
  'web/file': 'first\n',
  'web/busybox': '',
  'db/Dockerfile': dockerfile,
  'db/Failing': `${dockerfile}RUN --network=none exit 4\n`,
  'db/file': 'db\n',
  'db/busybox': '',
};

export type UpProject = ReturnType<typeof makeProject>;

/** A project of its own, which goes with its containers and images. */
export function makeProject(sides: DockerAndShim, host = sides.host) {
  const name = `it${randomBytes(5).toString('hex')}`;
  const cwd = projectFolder(name, files);
  onTestFinished(async () => {
    const ids = Object.keys(await containers());
    if (ids.length > 0) await outputOf(runDocker(['rm', '--force', ...ids], { host }));
    await removeImages(host, name);
  });
  /** The images of all containers by the containers' IDs, and whether they run. */
  async function containers(): Promise<Record<string, string>> {
    const filter = ['--filter', `label=com.docker.compose.project=${name}`];
    const format = ['--no-trunc', '--format', '{{.ID}} {{.Image}} {{.State}}'];
    const lines = (await outputOf(runDocker(['ps', '--all', ...filter, ...format], { host })))
      .split('\n')
      .filter(Boolean);
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, 64), line.slice(65).replace(name, 'NAME')]),
    );
  }
  async function run(side: Side, line: string, env: Readonly<Record<string, string>> = {}) {
    return runCommand(['/bin/sh', '-c', `exec ${line}`], {
      cwd,
      env: {
        ...sides.env,
        DOCKER_HOST: host,
        PATH: sides.paths[side],
        REGISTRY: useTestbed().registry.address,
        COMPOSE_PROJECT_NAME: name,
        WARMDOCK: 'explain',
        ...env,
      },
    });
  }
  return { name, cwd, host, containers, run };
}

/**
 * Runs a line whose container prints `printed` at its end, in a project of its own.
 *
 * Docker now and then loses what a container prints that ends at once (moby/moby issues 45689 and
 * 49655): then once more, in a new project.
 */
export async function runPrinting(sides: DockerAndShim, side: Side, line: string, printed: string) {
  const once = async () => {
    const project = makeProject(sides);
    return { ...project, ...(await project.run(side, line)) };
  };
  const first = await once();
  return first.stdout.endsWith(printed) ? first : once();
}

/** What the shim says of a line that it carries out. */
export const building = /^warmdock: building on builder "shared"/;
