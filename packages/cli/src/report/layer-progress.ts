import type { Progress } from '@warmdock/core';
import { formatSize } from '@warmdock/core/internal';
import type { Descriptor } from '@warmdock/core/oci';

/** A layer on its way into the daemon. */
export interface Layer {
  /** Short, as docker shows it. */
  readonly id: string;
  readonly sizeBytes: number;
  /** In docker's words. */
  readonly state: LayerState;
  readonly movedBytes: number;
}

export type LayerState =
  | 'Already exists'
  | 'Pulling fs layer'
  | 'Downloading'
  | 'Download complete'
  | 'Pull complete';

type LoadProgress = Extract<Progress, { type: 'load' }>;

/** How far each layer of a pull is, by the reports of the pull. */
export class LayerProgress {
  readonly #all: readonly Descriptor[];
  readonly #onState: (layer: Layer) => void;
  readonly #layers = new Map<string, Layer>();

  /** `all` has the layers of the image where those that the daemon has are to be shown, too. */
  constructor(all: readonly Descriptor[] = [], onState: (layer: Layer) => void = () => {}) {
    this.#all = all;
    this.#onState = onState;
  }

  update(progress: Progress): void {
    if (progress.type === 'compare' && 'missing' in progress.plan)
      this.#begin(progress.plan.missing);
    if (progress.type === 'load') this.#move(progress);
  }

  /** The daemon has the image: what was not sent, somebody else has brought. */
  finish(): void {
    for (const [digest, layer] of this.#layers) {
      if (layer.state === 'Pulling fs layer') this.#change(digest, layer, 'Already exists');
      else if (layer.state !== 'Already exists') this.#change(digest, layer, 'Pull complete');
    }
  }

  /** A line for each layer, none before the daemon was asked. */
  lines(columns: number): string[] {
    return [...this.#layers.values()].map((layer) => formatLayer(layer, columns));
  }

  #begin(missing: readonly Descriptor[]): void {
    const lacked = new Set(missing.map(({ digest }) => digest));
    for (const { digest, size } of [...this.#all, ...missing]) {
      if (this.#layers.has(digest)) continue;
      const layer = { id: shortId(digest), sizeBytes: size, movedBytes: 0 };
      this.#change(digest, layer, lacked.has(digest) ? 'Pulling fs layer' : 'Already exists');
    }
  }

  #move({ layer: { digest, size }, layerBytes }: LoadProgress): void {
    const before = this.#layers.get(digest);
    if (!before) return;
    const state = layerBytes >= size ? 'Download complete' : 'Downloading';
    this.#change(digest, { ...before, movedBytes: layerBytes }, state);
  }

  #change(digest: string, layer: Omit<Layer, 'state'>, state: LayerState): void {
    const changed = { ...layer, state };
    const isNews = this.#layers.get(digest)?.state !== state;
    this.#layers.set(digest, changed);
    if (isNews) this.#onState(changed);
  }
}

function shortId(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

/** With its brackets; a smaller one would say nothing. */
const barColumns = { least: 10, most: 52 };

/** `ID: STATE`, with a bar and the bytes while it comes. */
function formatLayer({ id, state, movedBytes, sizeBytes }: Layer, columns: number): string {
  if (state !== 'Downloading') return `${id}: ${state}`;
  const head = `${id}: ${state}`;
  const amount = `${formatSize(movedBytes)}/${formatSize(sizeBytes)}`;
  // The longest amount, so that bars keep their width.
  const behind = `  ${formatSize(999e6)}/${formatSize(sizeBytes)} `;
  const free = Math.min(barColumns.most, columns - head.length - 1 - behind.length);
  if (free < barColumns.least) return `${head}  ${amount}`;
  return `${head} ${formatBar(movedBytes / sizeBytes, free - 2)}  ${amount}`;
}

/** `[====>    ]` */
function formatBar(share: number, columns: number): string {
  return `[${`${'='.repeat(Math.floor(share * columns))}>`.slice(0, columns).padEnd(columns)}]`;
}
