import { cancelGoldenBuild } from '@warmdock/golden';
import { goldenCommand } from './command.js';

export const cancel = goldenCommand({
  makesStore: false,
  read: (line) => line.words('PROJECT'),
  async run([project], { store, signal }) {
    const wasCancelled = await cancelGoldenBuild(store, project, { signal });
    const text = wasCancelled
      ? `cancelled the golden build of ${project}\n`
      : `no golden build of ${project} runs or is asked for\n`;
    return { json: { project, cancelled: wasCancelled }, text };
  },
});
