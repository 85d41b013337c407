import type { ExportedImage } from '../../../buildkit/exported-image.js';
import type { ContentSource } from '../../../content/content.js';
import type { TimedSolve } from '../../solve/solve-options.js';

/** A solve whose image is made, and where that can be read. */
export interface OpenedImage extends AsyncDisposable {
  readonly solved: TimedSolve;
  /** Where it is known and can be read before the builder's answer. */
  readonly image?: ExportedImage | undefined;
  readonly content: ContentSource;
}
