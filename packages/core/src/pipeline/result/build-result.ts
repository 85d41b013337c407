import type { Descriptor } from '../../oci/descriptor.js';
import type { LoadableImage } from './loadable-image.js';

/** What a solve produced: an image under the plan's names, in the builder's content. */
export interface BuildResult extends LoadableImage {
  /** By which the builder knows the solve, in its history as well. */
  readonly ref: string;
  /** The manifest or index as the exporter described it; absent when its answer was not waited for. */
  readonly descriptor?: Descriptor | undefined;
  /**
   * Everything that the exporter answered, by BuildKit's keys such as `containerimage.digest`.
   *
   * It may come tens of milliseconds after the image: the builder writes its history of the build
   * first. Rejects when the connection to the builder breaks until then.
   */
  readonly exporterResponse: Promise<Readonly<Record<string, string>>>;
}
