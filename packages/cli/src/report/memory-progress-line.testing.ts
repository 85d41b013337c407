import type { ProgressLine } from './progress-line.js';

/** Collects what was reported. */
export class MemoryProgress implements ProgressLine {
  readonly phases: string[] = [];

  step(): void {}

  phase(text: string): void {
    this.phases.push(text);
  }

  end(): void {}
}
