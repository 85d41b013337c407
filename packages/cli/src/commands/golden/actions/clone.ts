import { formatDuration } from '@warmdock/core/internal';
import type { Clone } from '@warmdock/golden';
import { formatTable } from '../../../report/table.js';
import { generationText } from '../text/phrases.js';
import { goldenCommand } from './command.js';

export const clone = goldenCommand({
  read(line) {
    const [project, session] = line.words('PROJECT', 'SESSION');
    return {
      project,
      session,
      generation: line.number('generation', 1),
      allowEmpty: line.isOn('allow-empty'),
    };
  },
  makesStore: ({ allowEmpty }) => allowEmpty,
  async run(args, { store, signal }) {
    const made = await store.clone(args, { signal });
    return { json: made, text: formatClone(made) };
  },
});

export function formatClone(made: Clone): string {
  const { project, session, generation, dataRoot, imageStore, mounts, env } = made;
  const { strategy, timings } = made;
  return formatTable([
    ['session', `${session}, from ${generationText(generation)} of ${project}`],
    ['data root', dataRoot],
    ['image store', imageStore ?? 'any: the data root is empty'],
    ...mounts.map(({ target, readOnly }) => [
      'mount',
      `${target}${readOnly ? ' (read-only)' : ''}`,
    ]),
    ...Object.entries(env).map(([name, value]) => ['variable', `${name}=${value}`]),
    ['took', `${formatDuration(timings.totalMs)}, by ${strategy}`],
  ]);
}
