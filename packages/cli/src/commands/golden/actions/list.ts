import { formatSize } from '@warmdock/core/internal';
import type { DiskUsage, SessionSummary, StoreListing } from '@warmdock/golden';
import { formatTable, formatTableOf } from '../../../report/table.js';
import { formatAge } from '../text/age.js';
import { formatUnreadable } from '../text/unreadable.js';
import { goldenCommand } from './command.js';

export const list = goldenCommand({
  makesStore: false,
  read(line) {
    line.words();
    return { withUsage: line.isOn('usage') };
  },
  async run({ withUsage }, { store, signal }) {
    const { root, strategy, reason } = store;
    const listing = await store.list({ signal });
    const usage = withUsage ? await store.usage({ signal }) : undefined;
    const head = formatTable([
      ['store', root],
      ['strategy', strategy],
      ['chosen', reason],
    ]);
    return {
      json: { store: root, strategy, reason, ...listing, usage },
      text: [head, formatListing(listing, usage)].filter(Boolean).join('\n'),
    };
  },
});

export function formatListing(
  { projects, sessions, unreadable }: StoreListing,
  usage: DiskUsage | undefined,
  nowMs?: number,
): string {
  const own = new Map(usage?.sessions.map(({ session, uniqueBytes }) => [session, uniqueBytes]));
  const projectRows = projects.map((project) => [
    project.project,
    String(project.current ?? 'none'),
    project.generations.join(', ') || 'none',
    String(project.sessions.length),
  ]);
  const sessionRows = sessions.map((session) => [
    session.session,
    session.project,
    String(session.generation ?? 'nothing'),
    madeText(session, nowMs),
    ...(usage ? [sizeOf(own.get(session.session))] : []),
    session.dataRoot,
  ]);
  const made = usage ? ['MADE', 'OWN SIZE'] : ['MADE'];
  return [
    formatTableOf(['PROJECT', 'GOLDEN', 'GENERATIONS', 'SESSIONS'], projectRows),
    formatTableOf(['SESSION', 'PROJECT', 'FROM', ...made, 'DATA ROOT'], sessionRows),
    usage ? formatUsage(usage) : '',
    formatUnreadable([...new Set([...unreadable, ...(usage?.unreadable ?? [])])]),
  ]
    .filter(Boolean)
    .join('\n');
}

function madeText({ createdAt, isOfEarlierBoot }: SessionSummary, nowMs?: number): string {
  return `${formatAge(createdAt, nowMs)}${isOfEarlierBoot ? ', before the last start' : ''}`;
}

function formatUsage({ apparentBytes, sharedBytes }: DiskUsage): string {
  return formatTable([
    ['all daemons see', formatSize(apparentBytes)],
    ['shared, on disk once', formatSize(sharedBytes)],
  ]);
}

function sizeOf(sizeBytes: number | undefined): string {
  return sizeBytes === undefined ? 'unknown' : formatSize(sizeBytes);
}
