/** Collects what was written, as the core's displays write it. */
export class MemoryOutput {
  text = '';
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;

  constructor({ isTerminal = false, columns = 80, rows = 24 } = {}) {
    this.isTerminal = isTerminal;
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.text += text;
  }
}
