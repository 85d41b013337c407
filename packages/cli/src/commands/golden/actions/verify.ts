import type { Verification } from '@warmdock/golden';
import { formatTable } from '../../../report/table.js';
import { goldenCommand } from './command.js';

export const verify = goldenCommand({
  makesStore: false,
  read(line) {
    const [project] = line.words('PROJECT');
    return { project, generation: line.number('generation', 1), deep: line.isOn('deep') };
  },
  async run(args, { store, signal }) {
    const verification = await store.verify(args, { signal });
    const isFine = verification.problems.length === 0;
    return {
      json: { ok: isFine, ...verification },
      text: formatVerification(verification),
      exitCode: isFine ? 0 : 1,
    };
  },
});

export function formatVerification({ generations, problems }: Verification): string {
  if (generations.length === 0) return 'no generations\n';
  return formatTable(
    generations.flatMap((generation) => {
      const found = problems.filter((problem) => problem.generation === generation);
      if (found.length === 0) return [[`generation ${generation}`, 'ok']];
      return found.map(({ at, text }) => [`generation ${generation}`, 'problem', `${at}: ${text}`]);
    }),
  );
}
