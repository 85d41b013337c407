import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGitRepository, startGitServer, useTestbed, withShell } from '@warmdock/testkit';
import { afterAll, beforeAll } from 'vitest';

/** What the lines of the cases are about. */
export interface ParityProject {
  /** The current folder of every line. */
  readonly folder: string;
  /** The address of a git repository with the branches `main` and `other`. */
  readonly git: string;
  /** The address of a web server that has a Dockerfile. */
  readonly http: string;
}

const runWithSecret = 'RUN --mount=type=secret,id=s --network=none cp /run/secrets/s /copy';

const files = {
  Dockerfile: [
    'FROM scratch AS base',
    'ARG WHO=nobody',
    'LABEL who=$WHO',
    'COPY file /file',
    'FROM base AS more',
    'COPY other /other',
    'FROM base AS last',
    'COPY sub /sub',
  ].join('\n'),
  'other.Dockerfile': 'FROM scratch\nCOPY other /x\n',
  'warn.Dockerfile': 'from scratch as Upper\nCOPY file /warned\n',
  'broken.Dockerfile': 'FROM scratch\nCOPPY file /x\n',
  'missing-file.Dockerfile': 'FROM scratch\nCOPY nothing /x\n',
  'failing.Dockerfile': `${withShell}\nRUN --network=none echo so far; exit 3\n`,
  'secret.Dockerfile': `${withShell}\n${runWithSecret}\n`,
  'context.Dockerfile': 'FROM scratch\nCOPY --from=extra inner /inner\n',
  'limits.Dockerfile': [
    withShell,
    'COPY busybox /bin/cat',
    'COPY busybox /bin/df',
    'RUN --network=none (cat /etc/hosts; ulimit -n; ulimit -u; df /dev/shm) > /limits',
  ].join('\n'),
  'named.Dockerfile': 'FROM scratch\nCOPY --from=repo sub/inner /inner\n',
  '.dockerignore': 'ignored\n',
  file: 'file',
  other: 'other',
  ignored: 'ignored',
};

/** Sets the project up before the tests of a file; empty until then. */
export function useParityProject(): ParityProject {
  const project = {} as ParityProject;
  const stack: (() => unknown)[] = [];
  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), 'warmdock-parity-'));
    stack.push(() => rmSync(home, { recursive: true }));
    const folder = makeFolder(join(home, 'project'));
    const repository = await makeGitRepository(join(home, 'repository'), {
      main: { 'sub/Dockerfile': 'FROM scratch\nCOPY inner /\n', 'sub/inner': 'main' },
      other: { 'sub/inner': 'other' },
    });
    const git = await startGitServer(repository);
    stack.push(() => git[Symbol.asyncDispose]());
    const web = createServer(({ url }, response) => {
      if (url === '/Dockerfile') response.end('FROM scratch\nLABEL from=web\n');
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    stack.push(() => web.close());
    const { port } = web.address() as AddressInfo;
    Object.assign(project, { folder, git: git.url, http: `http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    for (const undo of stack.reverse()) await undo();
  });
  return project;
}

function makeFolder(folder: string): string {
  mkdirSync(join(folder, 'sub'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  copyFileSync(join(useTestbed().rootfs, 'usr/bin/busybox'), join(folder, 'busybox'));
  chmodSync(join(folder, 'busybox'), 0o755);
  writeFileSync(join(folder, 'sub/Dockerfile'), 'FROM scratch\nCOPY . /\n');
  writeFileSync(join(folder, 'sub/inner'), 'inner');
  mkdirSync(join(folder, 'more'));
  writeFileSync(join(folder, 'more/inner'), 'the inner of more');
  return folder;
}
