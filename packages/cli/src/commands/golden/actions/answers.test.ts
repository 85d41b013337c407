import { describe, expect, test } from 'vitest';
import { MemoryProgress } from '../../../report/memory-progress-line.testing.js';
import { formatBuild, phaseReporter } from './build.js';
import { formatClone } from './clone.js';
import { formatCollection } from './gc.js';
import { formatInspection } from './inspect.js';
import { formatListing } from './list.js';
import { formatRemoval } from './remove.js';
import { formatVerification } from './verify.js';

const nowMs = Date.parse('2026-02-01T00:00:00Z');
const session = {
  session: 's1',
  project: 'app',
  generation: 3,
  createdAt: '2026-01-31T23:57:00Z',
  isOfEarlierBoot: false,
  dataRoot: '/store/sessions/s1/tree/docker',
};

const lines = (text: string) => text.trimEnd().split('\n');

describe('build', () => {
  test('shows what the golden has', () => {
    const built = {
      project: 'app',
      generation: 4,
      sizeBytes: 2_100_000_000,
      addedBytes: 17_000,
      images: ['app:latest', 'db:16'],
      buildId: 'b4',
      logPath: '/store/projects/app/logs/b4.log',
      timings: { totalMs: 212 },
    };
    expect(lines(formatBuild(built))).toEqual([
      'golden      generation 4 of app',
      'size        2.1 GB, of which 17 kB new',
      'image       app:latest',
      'image       db:16',
      'build       b4',
      'log         /store/projects/app/logs/b4.log',
      'promotion   took 212 ms',
    ]);
  });

  test('says each phase once', () => {
    const progress = new MemoryProgress();
    const report = phaseReporter(progress);
    const status = { project: 'app', status: 'building', promotion: 'none' } as const;
    report({ ...status, phase: 'starting', daemonLogPath: '/d.log' });
    report({ ...status, phase: 'running', logPath: '/s.log' });
    report({ ...status, phase: 'running', logPath: '/s.log' });
    report({ ...status, status: 'ready', promotion: 'done' });
    expect(progress.phases).toEqual([
      'starting dockerd (log: /d.log)',
      'running the start-up script (log: /s.log)',
    ]);
  });
});

describe('clone', () => {
  const made = {
    ...session,
    containerdRoot: '/store/sessions/s1/tree/containerd',
    mounts: [
      { source: '/store/sessions/s1/tree', target: '/store/sessions/s1/tree', readOnly: false },
      { source: '/store/layers', target: '/store/layers', readOnly: true },
    ],
    env: { WARMDOCK_GOLDEN_PROJECT: 'app' },
    strategy: 'layer-link',
    reason: 'the first choice works here',
    imageStore: 'classic',
    timings: { totalMs: 31.4 },
  } as const;

  test('shows all that a daemon has to be given', () => {
    expect(lines(formatClone(made))).toEqual([
      'session       s1, from generation 3 of app',
      'data root     /store/sessions/s1/tree/docker',
      'image store   classic',
      'mount         /store/sessions/s1/tree',
      'mount         /store/layers (read-only)',
      'variable      WARMDOCK_GOLDEN_PROJECT=app',
      'took          31 ms, by layer-link',
    ]);
  });

  test('of a project without a golden is empty', () => {
    const text = formatClone({ ...made, generation: undefined, imageStore: undefined });
    expect(text).toContain('s1, from nothing of app');
    expect(text).toContain('any: the data root is empty');
  });
});

describe('list', () => {
  const listing = {
    projects: [
      { project: 'app', current: 3, generations: [2, 3], sessions: ['s1'] },
      { project: 'new', current: undefined, generations: [], sessions: [] },
    ],
    sessions: [session],
    unreadable: [],
  };

  test('is a table of projects and one of sessions', () => {
    expect(lines(formatListing(listing, undefined, nowMs))).toEqual([
      'PROJECT   GOLDEN   GENERATIONS   SESSIONS',
      'app       3        2, 3          1',
      'new       none     none          0',
      '',
      'SESSION   PROJECT   FROM   MADE        DATA ROOT',
      's1        app       3      3 min ago   /store/sessions/s1/tree/docker',
    ]);
  });

  test('adds up what lies on disk', () => {
    const usage = {
      apparentBytes: 5_000_000_000,
      sharedBytes: 1_200_000_000,
      sessions: [{ session: 's1', uniqueBytes: 3_400_000 }],
      unreadable: [],
    };
    expect(lines(formatListing(listing, usage, nowMs)).slice(4)).toEqual([
      'SESSION   PROJECT   FROM   MADE        OWN SIZE   DATA ROOT',
      's1        app       3      3 min ago   3.4 MB     /store/sessions/s1/tree/docker',
      '',
      'all daemons see        5.0 GB',
      'shared, on disk once   1.2 GB',
    ]);
    const unknown = { ...usage, sessions: [{ session: 's1', uniqueBytes: undefined }] };
    expect(formatListing(listing, unknown, nowMs)).toContain(' unknown ');
  });

  test('of an empty store is empty', () => {
    const empty = { projects: [], sessions: [], unreadable: [] };
    expect(formatListing(empty, undefined)).toBe('');
  });

  test('names what cannot be read, and sessions from before the last start', () => {
    const unreadable = ['sessions/s2: it has no record; release it'];
    const sessions = [{ ...session, isOfEarlierBoot: true }];
    const shown = lines(formatListing({ ...listing, sessions, unreadable }, undefined, nowMs));
    expect(shown.join('\n')).toContain('3 min ago, before the last start   /store');
    expect(shown.at(-1)).toBe('cannot be read   sessions/s2: it has no record; release it');
  });
});

test('inspect shows the newest generation first', () => {
  const generation = {
    generation: 1,
    createdAt: '2026-01-30T00:00:00Z',
    base: undefined,
    buildId: 'b1',
    imageStore: 'classic',
    images: ['app:latest'],
    layers: 4,
    sizeBytes: 2_000_000_000,
    addedBytes: 2_000_000_000,
  } as const;
  const second = {
    ...generation,
    generation: 2,
    base: 1,
    buildId: 'b2',
    images: ['app:latest', 'db:16'],
    layers: undefined,
    addedBytes: 17_000,
  };
  const inspection = {
    project: 'app',
    current: 2,
    generations: [generation, second],
    sessions: [{ ...session, generation: 2 }],
    unreadable: [],
  };
  const status = {
    project: 'app',
    status: 'failed',
    promotion: 'none',
    logPath: '/store/projects/app/logs/b3.log',
    lastError: { code: 'BUILD_FAILED', message: 'script ended with code 7; its last lines:\nx' },
  } as const;
  expect(lines(formatInspection(inspection, status, nowMs))).toEqual([
    'project      app',
    'golden       generation 2',
    'image        app:latest',
    'image        db:16',
    'session      s1 (2)',
    'last build   failed: script ended with code 7',
    'log          /store/projects/app/logs/b3.log',
    '',
    'GENERATION   MADE         FROM      SIZE     ADDED    LAYERS   IMAGES   STORE     BUILD',
    '2            2 days ago   1         2.0 GB   17 kB    -        2        classic   b2',
    '1            2 days ago   nothing   2.0 GB   2.0 GB   4        1        classic   b1',
  ]);
});

describe('verify', () => {
  test('names each problem with its generation', () => {
    const problems = [
      { generation: 2, at: 'docker/overlay2/x', text: 'no link' },
      { generation: 2, at: 'layers/t/y', text: 'was changed' },
    ];
    expect(lines(formatVerification({ generations: [1, 2], problems }))).toEqual([
      'generation 1   ok',
      'generation 2   problem   docker/overlay2/x: no link',
      'generation 2   problem   layers/t/y: was changed',
    ]);
  });

  test('of nothing says so', () => {
    expect(formatVerification({ generations: [], problems: [] })).toBe('no generations\n');
  });
});

test.each([
  [{ generations: [2, 3], pooled: 1 }, 'removed app, which had 2 generations and 1 pooled layer'],
  [{ generations: [2], pooled: 0 }, 'removed app, which had 1 generation'],
  [{ generations: [], pooled: 0 }, 'removed app, which had no golden'],
])('remove reports %j', (had, text) => {
  const removal = { project: 'app', freedBytes: 1_500_000, ...had };
  expect(lines(formatRemoval(removal))).toEqual([text, 'freed 1.5 MB']);
});

describe('gc', () => {
  const collection = {
    generations: [{ project: 'app', generation: 1 }],
    pooled: 2,
    freedBytes: 1_500_000,
    left: [],
    unreadable: [],
  };

  test('reports what it removed', () => {
    expect(lines(formatCollection(collection, false))).toEqual([
      'removed generation 1 of app',
      'removed 2 pooled layers that nothing refers to',
      'freed 1.5 MB',
    ]);
  });

  test('or would remove', () => {
    expect(lines(formatCollection({ ...collection, pooled: 1 }, true))).toEqual([
      'would remove generation 1 of app',
      'would remove 1 pooled layer that nothing refers to',
      'would free 1.5 MB',
    ]);
  });

  test('or that there was nothing', () => {
    const nothing = { generations: [], pooled: 0, freedBytes: 0, left: [], unreadable: [] };
    expect(formatCollection(nothing, false)).toBe('nothing to remove\n');
    const unreadable = ['sessions/s2: it has no record; release it'];
    const text = formatCollection({ ...nothing, unreadable }, false);
    expect(text).toBe(`cannot be read   ${unreadable[0]}\n`);
  });

  test('and what cannot be deleted', () => {
    const text = formatCollection({ ...collection, left: ['trash/1: why'] }, false);
    expect(lines(text).slice(-2)).toEqual(['freed 1.5 MB', 'trash/1: why']);
  });
});
