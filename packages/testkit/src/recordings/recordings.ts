import { readFileSync } from 'node:fs';

/**
 * Builds recorded with `--progress=rawjson`: `parallel` has two stages that run at once, one of them
 * with a line that comes in pieces; `cached` is the same again; in `failed` a step fails after many lines.
 * The `.txt` beside each is its plain text. BuildKit's own display, fed at the recorded pace, printed the
 * same, but for steps that ended at one time: their order is up to chance there.
 */
export type RecordingName = 'parallel' | 'cached' | 'failed';

export function readRecording(name: RecordingName): string[] {
  return read(`${name}.jsonl`).trimEnd().split('\n');
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

interface RawLine {
  vertexes?: {
    digest: string;
    inputs?: string[];
    name: string;
    started?: string;
    completed?: string;
    cached?: boolean;
    error?: string;
    progressGroup?: { id: string; name: string; weak?: boolean };
  }[];
  statuses?: {
    id: string;
    vertex: string;
    name?: string;
    total?: number;
    current: number;
    timestamp: string;
    started?: string;
    completed?: string;
  }[];
  logs?: { vertex: string; stream: number; data: string; timestamp: string }[];
  warnings?: {
    vertex: string;
    level: number;
    short: string;
    detail?: string[];
    url?: string;
    sourceInfo?: { filename: string; data: string; language?: string };
    range?: { start: RawPosition; end: RawPosition }[];
  }[];
}

interface RawPosition {
  line: number;
  character?: number;
}

/** A line of a recording as the core reported it. */
export function parseLine(line: string) {
  const { vertexes = [], statuses = [], logs = [], warnings = [] } = JSON.parse(line) as RawLine;
  return {
    vertexes: vertexes.map(({ started, completed, progressGroup, ...vertex }) => ({
      inputs: [],
      cached: false,
      error: '',
      ...vertex,
      started: timestamp(started),
      completed: timestamp(completed),
      progressGroup: progressGroup && { weak: false, ...progressGroup },
    })),
    statuses: statuses.map(({ started, completed, timestamp: at, ...status }) => ({
      name: '',
      total: 0,
      ...status,
      timestamp: timestamp(at),
      started: timestamp(started),
      completed: timestamp(completed),
    })),
    logs: logs.map(({ data, timestamp: at, ...log }) => ({
      ...log,
      msg: Buffer.from(data, 'base64'),
      timestamp: timestamp(at),
    })),
    warnings: warnings.map(({ short, detail = [], sourceInfo, range = [], ...warning }) => ({
      url: '',
      ...warning,
      short: Buffer.from(short, 'base64'),
      detail: detail.map((text) => Buffer.from(text, 'base64')),
      info: sourceInfo && {
        language: '',
        ...sourceInfo,
        data: Buffer.from(sourceInfo.data, 'base64'),
      },
      ranges: range.map(({ start, end }) => ({
        start: { character: 0, ...start },
        end: { character: 0, ...end },
      })),
    })),
  };
}

/** The shape of the core's `SolveStatus`. */
export type RecordedStatus = ReturnType<typeof parseLine>;

function timestamp(text: string | undefined) {
  if (text === undefined) return undefined;
  const [, fraction = ''] = /\.(\d+)Z$/.exec(text) ?? [];
  return { seconds: Math.floor(Date.parse(text) / 1000), nanos: Number(fraction.padEnd(9, '0')) };
}

/** When this news came, by the latest time in it; `undefined` if there is none. */
export function timeOfNews({ vertexes, statuses, logs }: RecordedStatus): number | undefined {
  const times = [
    ...vertexes.flatMap(({ started, completed }) => [started, completed]),
    ...statuses.map((status) => status.timestamp),
    ...logs.map((log) => log.timestamp),
  ].filter((time) => time !== undefined);
  return times.length > 0
    ? Math.max(...times.map(({ seconds, nanos }) => seconds * 1000 + nanos / 1_000_000))
    : undefined;
}
