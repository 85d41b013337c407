import { randomBytes } from 'node:crypto';
import { removeImages, useTestbed, withShell } from '@warmdock/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { openTerminal } from '../support/tmux.js';
import { assertBuilt } from '../support/warmdock.js';
import { useDockerAndShim } from './docker-and-shim.js';
import { projectFolder } from './project-folder.js';

const sides = useDockerAndShim();

/** Two services that begin with the same steps, the second of which takes its time; `web` has one more. */
function twoServices(name: string): string {
  const shared = `${withShell}\nRUN --network=none for i in 1 2 3 4 5 6 7 8; do echo "${name} $i"; busybox sleep 0.2; done; echo > /bin/x\n`;
  return projectFolder(name, {
    'compose.yaml': 'services:\n  web:\n    build: web\n  db:\n    build: db\n',
    'web/Dockerfile': `${shared}RUN --network=none echo > /bin/web\n`,
    'web/busybox': '',
    'db/Dockerfile': shared,
    'db/busybox': '',
  });
}

test('two services are built in one live display, which follows the size of the window', async () => {
  assertBuilt();
  const name = `it${randomBytes(5).toString('hex')}`;
  onTestFinished(() => removeImages(useTestbed().classic.host, name));
  const cwd = twoServices(name);
  const env = { ...sides.env, PATH: sides.paths.shim };
  const terminal = await openTerminal({ columns: 80, rows: 60 }, env);
  await terminal.type(`clear; cd ${cwd}; docker compose build; echo "ended with $?"`);
  await terminal.press('Enter');
  const running = await terminal.shows(/ => => # it\w+ 3/);
  expect(running.filter((line) => line.includes(`# ${name} 3`))).toHaveLength(1);
  expect(running.filter((line) => line.startsWith('[+] Building'))).toHaveLength(1);
  await terminal.resize({ columns: 100, rows: 60 });
  await terminal.shows(/^ended with 0$/m);
  const lines = await terminal.history();
  const text = lines.join('\n');
  expect(lines.filter((line) => line.startsWith('[+] Building'))).toEqual([
    expect.stringMatching(/^\[\+\] Building [\d.]+s \((\d+)\/\1\) FINISHED/),
    '[+] Building 2/2',
  ]);
  // The step that both have runs once, as that of either.
  expect(lines.filter((line) => / => \[(web|db) 2\/\d\] RUN .* for i in /.test(line))).toHaveLength(
    1,
  );
  expect(lines.filter((line) => / => \[web 3\/3\] RUN /.test(line))).toHaveLength(1);
  for (const service of ['web', 'db']) {
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^ => \\[${service}\\] load into`)),
    );
    expect(text).toMatch(new RegExp(`^ ✔ ${name}-${service} +Built$`, 'm'));
  }
  const widths = lines.filter((line) => / => .*\d\.\ds$/.test(line)).map((line) => line.length);
  expect(new Set(widths)).toEqual(new Set([99]));
});
