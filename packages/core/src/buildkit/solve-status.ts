/** A moment as BuildKit reports it. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** A step of the build. It is reported again whenever it starts, completes or fails. */
export interface Vertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  readonly name: string;
  readonly cached: boolean;
  readonly started: Timestamp | undefined;
  readonly completed: Timestamp | undefined;
  /** Empty unless the step failed. */
  readonly error: string;
  readonly progressGroup: ProgressGroup | undefined;
}

/** Steps that are one for people, such as the two of `COPY --link`; those that are `weak` do not count alone. */
export interface ProgressGroup {
  readonly id: string;
  readonly name: string;
  readonly weak: boolean;
}

/** Progress inside a step, such as a transfer; `current` and `total` in bytes, `total` 0 when unknown. */
export interface VertexStatus {
  readonly id: string;
  readonly vertex: string;
  readonly name: string;
  readonly current: number;
  readonly total: number;
  readonly timestamp: Timestamp | undefined;
  readonly started: Timestamp | undefined;
  readonly completed: Timestamp | undefined;
}

/** Output of a step's process; `stream` 1 is stdout, 2 stderr. */
export interface VertexLog {
  readonly vertex: string;
  readonly timestamp: Timestamp | undefined;
  readonly stream: number;
  readonly msg: Uint8Array;
}

/** What a frontend's linter has to say. */
export interface VertexWarning {
  readonly vertex: string;
  readonly level: number;
  readonly short: Uint8Array;
  readonly detail: readonly Uint8Array[];
  readonly url: string;
  /** The file that it is about. */
  readonly info: SourceInfo | undefined;
  /** Where in that file; the Dockerfile's frontend says the line in `short` as well. */
  readonly ranges: readonly SourceRange[];
}

/** A file with its whole content. */
export interface SourceInfo {
  readonly filename: string;
  readonly data: Uint8Array;
  readonly language: string;
}

/** A part of a source file, from its first to its last position. */
export interface SourceRange {
  readonly start: SourcePosition | undefined;
  readonly end: SourcePosition | undefined;
}

/** Lines count from 1, characters from 0. */
export interface SourcePosition {
  readonly line: number;
  readonly character: number;
}

/** One batch of news about a running solve. */
export interface SolveStatus {
  readonly vertexes: readonly Vertex[];
  readonly statuses: readonly VertexStatus[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly VertexWarning[];
}
