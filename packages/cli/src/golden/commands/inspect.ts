import type { Generation, ProjectInspection } from '@warmdock/golden';
import { formatSize } from '../../display/format.js';
import { formatAge } from '../age.js';
import { goldenCommand } from '../command.js';
import { formatTable, formatTableOf } from '../table.js';

export const inspect = goldenCommand({
  takes: '[OPTIONS] PROJECT',
  about: "Show a project's generations",
  flags: [],
  makesStore: false,
  read: (line) => line.words('PROJECT'),
  async run([project], { store, signal }) {
    const inspection = await store.inspect({ project, signal });
    return { json: inspection, text: formatInspection(inspection) };
  },
});

export function formatInspection(
  { project, current, generations, sessions }: ProjectInspection,
  nowMs?: number,
): string {
  const golden = generations.find(({ generation }) => generation === current);
  const rows = [...generations].reverse().map((each) => rowOf(each, nowMs));
  const using = sessions.map(
    ({ session, generation }) => `${session} (${generation ?? 'nothing'})`,
  );
  return [
    formatTable([
      ['project', project],
      ['golden', current === undefined ? 'none' : `generation ${current}`],
      ...(golden?.images ?? []).map((image) => ['image', image]),
      ...using.map((text) => ['session', text]),
    ]),
    formatTableOf(headings, rows),
  ]
    .filter(Boolean)
    .join('\n');
}

const headings = [
  'GENERATION',
  'MADE',
  'FROM',
  'SIZE',
  'ADDED',
  'LAYERS',
  'IMAGES',
  'STORE',
  'BUILD',
];

function rowOf(each: Generation, nowMs: number | undefined): string[] {
  return [
    String(each.generation),
    formatAge(each.createdAt, nowMs),
    String(each.base ?? 'nothing'),
    formatSize(each.sizeBytes),
    formatSize(each.addedBytes),
    String(each.layers ?? '-'),
    String(each.images.length),
    each.imageStore ?? 'empty',
    each.buildId,
  ];
}
