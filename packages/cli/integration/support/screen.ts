import { stripVTControlCharacters } from 'node:util';

const controlStart = '\u001b';
const token = new RegExp(`${controlStart}\\[([?\\d;]*)([A-Za-z])|[^${controlStart}]`, 'gsu');

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a terminal of this size shows after that text, below what has left it at the top. */
export function screenOf(text: string, size: ScreenSize): string[] {
  const screen = new Screen(size);
  for (const [character, parameter = '', command] of text.matchAll(token)) {
    if (command === undefined) screen.put(character);
    else screen.control(command, parameter);
  }
  return screen.lines.map((line) => line.trimEnd());
}

class Screen {
  readonly lines = [''];
  readonly #size: ScreenSize;
  #row = 0;
  #column = 0;

  constructor(size: ScreenSize) {
    this.#size = size;
  }

  put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#moveTo(this.#row + 1);
    else this.#print(character);
  }

  control(command: string, parameter: string): void {
    const count = Number(parameter) || 1;
    if (command === 'A') this.#moveTo(this.#row - count);
    else if (command === 'B') this.#moveTo(this.#row + count);
    else if (command === 'G') this.#column = count - 1;
    else if (command === 'K') {
      this.lines[this.#row] = parameter === '2' ? '' : this.#line.slice(0, this.#column);
      // Colours and the cursor's looks.
    } else if (!/^[mhl]$/.test(command)) throw new Error(`this terminal has no ${command}`);
  }

  get #line(): string {
    return this.lines[this.#row] ?? '';
  }

  #moveTo(row: number): void {
    this.#row = Math.max(row, this.lines.length - this.#size.rows, 0);
    while (this.lines.length <= this.#row) this.lines.push('');
  }

  #print(character: string): void {
    if (this.#column === this.#size.columns) {
      this.#moveTo(this.#row + 1);
      this.#column = 0;
    }
    const before = this.#line.padEnd(this.#column).slice(0, this.#column);
    this.lines[this.#row] = before + character + this.#line.slice(this.#column + 1);
    this.#column++;
  }
}

/** How a program draws: whether it moves the cursor up, and whether it sets colours. */
export function drawingOf(text: string): { movesUp: boolean; hasColours: boolean } {
  return {
    movesUp: new RegExp(`${controlStart}\\[\\d*A`).test(text),
    hasColours: new RegExp(`${controlStart}\\[3\\d`).test(text),
  };
}

/** The lines as they were written, one frame after the other. */
export function linesOf(text: string): string[] {
  return stripVTControlCharacters(text).split(/\r*\n/);
}
