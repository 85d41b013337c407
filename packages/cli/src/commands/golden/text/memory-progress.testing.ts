import type { Progress } from './progress.js';

/** Collects what was reported. */
export class MemoryProgress implements Progress {
  readonly phases: string[] = [];

  step(): void {}

  phase(text: string): void {
    this.phases.push(text);
  }

  end(): void {}
}
