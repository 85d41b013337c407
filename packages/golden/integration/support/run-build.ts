/** `run-build.ts ROOT ROOTFS SHELL`: one golden build of `app` in a process of its own, to be killed. */
import { dockerdLauncher, openStore, runGoldenBuild } from '../../src/index.js';
import { dockerdOptions } from './dockerd-options.js';

const [root = '', rootfs = '', shell = ''] = process.argv.slice(2);
await runGoldenBuild(
  {
    store: await openStore(root),
    project: 'app',
    script: { shell },
    daemon: dockerdLauncher(dockerdOptions(rootfs, 'classic')),
  },
  { onState: ({ phase }) => void process.stdout.write(`${phase}\n`) },
);
