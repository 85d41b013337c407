import type { ContentSource } from '../../../content/content.js';
import type { TimedSolve } from '../../solve/solve-options.js';

/** A solve that is over, and where its image can be read. */
export interface OpenedImage extends AsyncDisposable {
  readonly solved: TimedSolve;
  readonly content: ContentSource;
}
