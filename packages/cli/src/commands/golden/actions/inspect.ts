import { formatSize } from '@warmdock/core/internal';
import {
  type BuildStatus,
  type Generation,
  type ProjectInspection,
  readBuildStatus,
} from '@warmdock/golden';
import { formatTable, formatTableOf } from '../../../report/table.js';
import { formatAge } from '../text/age.js';
import { formatUnreadable } from '../text/unreadable.js';
import { goldenCommand } from './command.js';

export const inspect = goldenCommand({
  makesStore: false,
  read: (line) => line.words('PROJECT'),
  async run([project], { store, signal }) {
    const inspection = await store.inspect({ project }, { signal });
    const build = await readBuildStatus(store, project);
    return { json: { ...inspection, build }, text: formatInspection(inspection, build) };
  },
});

export function formatInspection(
  { project, current, generations, sessions, unreadable }: ProjectInspection,
  build: BuildStatus,
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
      ...rowsOf(build),
    ]),
    formatTableOf(headings, rows),
    formatUnreadable(unreadable),
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

function rowsOf({
  status,
  phase,
  promotion,
  lastError,
  logPath,
  pending,
}: BuildStatus): string[][] {
  const outcomes = {
    none: 'none',
    building: `under way: ${phase}`,
    ready: promotion === 'failed' ? 'done, but not promoted' : 'done',
    failed: 'failed',
  };
  const error =
    lastError && status !== 'building' ? `: ${lastError.message.split(/[;\n]/)[0]}` : '';
  return [
    ['last build', `${outcomes[status]}${error}`],
    ...(logPath === undefined ? [] : [['log', logPath]]),
    ...(pending === undefined ? [] : [['to come', 'another build, which was asked for']]),
  ];
}

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
