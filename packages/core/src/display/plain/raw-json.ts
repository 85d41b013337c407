import type {
  ProgressGroup,
  SolveStatus,
  SourceInfo,
  SourcePosition,
  SourceRange,
} from '../../buildkit/solve-status.js';
import type { Display } from '../model/display.js';
import { formatTimestamp } from '../model/timestamp.js';
import type { TextOutput } from '../text-output.js';

type Time = SolveStatus['vertexes'][number]['started'];

/**
 * One JSON document a line, in the form of BuildKit's `client.SolveStatus`: bytes in base64, times
 * in RFC 3339, empty fields left out as Go's `omitempty` leaves them out. What buildx writes besides
 * is the LLB that fetched a warning's file (`sourceInfo.definition`).
 */
export class RawJsonDisplay implements Display {
  readonly showsLogs = false;
  readonly drawsBars = false;
  readonly #output: TextOutput;

  constructor(output: TextOutput) {
    this.#output = output;
  }

  /** Nothing in this format can say it. */
  buildsOn(): void {}

  update(status: SolveStatus): void {
    this.#write({
      vertexes: some(status.vertexes.map(vertexJson)),
      statuses: some(status.statuses.map(statusJson)),
      logs: some(status.logs.map(logJson)),
      warnings: some(status.warnings.map(warningJson)),
    });
  }

  /** A warning of no step: readers of this format know what to do with it. */
  notice(message: string): void {
    this.#write({ warnings: [{ level: 1, short: base64(Buffer.from(message)) }] });
  }

  /** Readers of this format get what was reported, and no more. */
  cancel(): void {}

  end(): void {}

  #write(line: object): void {
    this.#output.write(`${JSON.stringify(line)}\n`);
  }
}

function vertexJson(vertex: SolveStatus['vertexes'][number]) {
  return {
    digest: vertex.digest || undefined,
    inputs: some(vertex.inputs),
    name: vertex.name || undefined,
    started: time(vertex.started),
    completed: time(vertex.completed),
    cached: vertex.cached || undefined,
    error: vertex.error || undefined,
    progressGroup: vertex.progressGroup && groupJson(vertex.progressGroup),
  };
}

function groupJson({ id, name, weak }: ProgressGroup) {
  return { id: id || undefined, name: name || undefined, weak: weak || undefined };
}

function statusJson(status: SolveStatus['statuses'][number]) {
  return {
    id: status.id,
    vertex: status.vertex || undefined,
    name: status.name || undefined,
    total: status.total || undefined,
    current: status.current,
    timestamp: formatTimestamp(status.timestamp),
    started: time(status.started),
    completed: time(status.completed),
  };
}

function logJson(log: SolveStatus['logs'][number]) {
  return {
    vertex: log.vertex || undefined,
    stream: log.stream || undefined,
    data: base64(log.msg),
    timestamp: formatTimestamp(log.timestamp),
  };
}

function warningJson(warning: SolveStatus['warnings'][number]) {
  return {
    vertex: warning.vertex || undefined,
    level: warning.level || undefined,
    short: base64(warning.short) || undefined,
    detail: some(warning.detail.map(base64)),
    url: warning.url || undefined,
    sourceInfo: warning.info && sourceJson(warning.info),
    range: some(warning.ranges.map(rangeJson)),
  };
}

function sourceJson({ filename, data, language }: SourceInfo) {
  return {
    filename: filename || undefined,
    data: base64(data) || undefined,
    language: language || undefined,
  };
}

function rangeJson({ start, end }: SourceRange) {
  return { start: start && positionJson(start), end: end && positionJson(end) };
}

function positionJson({ line, character }: SourcePosition) {
  return { line: line || undefined, character: character || undefined };
}

function time(timestamp: Time): string | undefined {
  return timestamp && formatTimestamp(timestamp);
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
