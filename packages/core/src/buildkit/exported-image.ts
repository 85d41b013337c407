import type { Digest } from '../oci/digest.js';
import type { SolveStatus } from './solve-status.js';

/** The one image that a solve's exporter made. */
export interface ExportedImage {
  /** Of its manifest. */
  readonly digest: Digest;
  readonly configDigest: Digest;
}

/** As BuildKit's containerimage exporter names its progress: `exporting manifest sha256:...`. */
const exporting = /^exporting ([a-z ]+) (sha256:[0-9a-f]{64})$/;

/**
 * Finds in a solve's news which image was made of it.
 *
 * The news end when all steps have ended, the export included; the answer comes after the builder
 * has also written its history of the build, tens of milliseconds later for many steps.
 */
export class ExportedImages {
  readonly #documents: { readonly kind: string; readonly digest: Digest; readonly step: string }[] =
    [];
  readonly #doneSteps = new Set<string>();

  add({ vertexes, statuses }: SolveStatus): void {
    for (const { digest, completed, error } of vertexes) {
      if (completed && error === '') this.#doneSteps.add(digest);
    }
    for (const { id, vertex, completed } of statuses) {
      const [, kind, digest] = (completed && exporting.exec(id)) || [];
      if (kind && digest) this.#documents.push({ kind, digest: digest as Digest, step: vertex });
    }
  }

  /** After the end of the news: the image, unless the export failed or made something else, such as an index. */
  get only(): ExportedImage | undefined {
    const [config, manifest, ...others] = this.#documents.toSorted((a, b) =>
      a.kind < b.kind ? -1 : 1,
    );
    if (config?.kind !== 'config' || manifest?.kind !== 'manifest' || others.length > 0) {
      return undefined;
    }
    if (config.step !== manifest.step || !this.#doneSteps.has(manifest.step)) {
      return undefined;
    }
    return { digest: manifest.digest, configDigest: config.digest };
  }
}
