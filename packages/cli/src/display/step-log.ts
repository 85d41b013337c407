import { StringDecoder } from 'node:string_decoder';

/** What a step printed, as lines that begin with the time; chunks may end anywhere, also inside a character. */
export class StepLog {
  /** The newest lines; the last one may still grow. */
  readonly lines: string[] = [];
  /** Whether the last line has no line feed yet. */
  isOpen = false;
  readonly #decoder = new StringDecoder('utf8');

  append(bytes: Uint8Array, time: string): void {
    const text = this.#decoder.write(bytes as Buffer);
    if (text === '') return;
    const parts = text.split('\n');
    const isOpen = parts.at(-1) !== '';
    if (!isOpen) parts.pop();
    for (const [index, part] of parts.entries()) {
      if (index === 0 && this.isOpen) this.lines.push(`${this.lines.pop() ?? ''}${part}`);
      else this.lines.push(`${time} ${part}`);
    }
    this.isOpen = isOpen;
  }

  /** Drops all but the newest lines and tells how many went. */
  keepLast(count: number): number {
    return this.lines.splice(0, Math.max(0, this.lines.length - count)).length;
  }
}
