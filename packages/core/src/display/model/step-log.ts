import { StringDecoder } from 'node:string_decoder';

/** A line that a step printed, with the time since its start. */
export interface LogLine {
  readonly time: string;
  readonly text: string;
}

/** What a step printed, line by line; chunks may end anywhere, also inside a character. */
export class StepLog {
  /** The newest lines; the last one may still grow. */
  readonly lines: LogLine[] = [];
  /** Whether the last line has no line feed yet. */
  isOpen = false;
  /** Size of all that it printed. */
  sizeBytes = 0;
  readonly #decoder = new StringDecoder('utf8');

  append(bytes: Uint8Array, time: string): void {
    this.sizeBytes += bytes.length;
    const text = this.#decoder.write(bytes as Buffer);
    if (text === '') return;
    const parts = text.split('\n');
    const isOpen = parts.at(-1) !== '';
    if (!isOpen) parts.pop();
    for (const [index, part] of parts.entries()) {
      const begun = index === 0 && this.isOpen ? this.lines.pop() : undefined;
      this.lines.push(begun ? { ...begun, text: begun.text + part } : { time, text: part });
    }
    this.isOpen = isOpen;
  }

  /** Drops all but the newest lines and tells how many went. */
  keepLast(count: number): number {
    return this.lines.splice(0, Math.max(0, this.lines.length - count)).length;
  }
}

export function formatLogLine({ time, text }: LogLine): string {
  return `${time} ${text}`;
}
