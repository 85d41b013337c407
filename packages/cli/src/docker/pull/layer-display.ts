import type { Progress } from '@warmdock/core';
import { Painter, type TextOutput } from '@warmdock/core/internal';
import type { Descriptor } from '@warmdock/core/oci';
import { LayerProgress } from '../../report/layer-progress.js';

const FRAME_MS = 100;

/** Shows the layers of a pull as docker does; stays as it is when disposed of. */
export interface LayerDisplay extends Disposable {
  update(progress: Progress): void;
  /** Something did not go the usual way. */
  notice(message: string): void;
  /** The daemon has the image. */
  finish(): void;
}

export interface LayerDisplayContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: NodeJS.ProcessEnv;
}

/** In one line for each layer that changes on terminals, else in a line for each change. */
export function openLayerDisplay(
  layers: readonly Descriptor[],
  context: LayerDisplayContext,
): LayerDisplay {
  const { stdout, env } = context;
  const isLive = stdout.isTerminal && env.TERM !== 'dumb';
  return isLive ? liveDisplay(layers, context) : plainDisplay(layers, context);
}

/** Says nothing of layers. */
export function quietDisplay({ stderr }: Pick<LayerDisplayContext, 'stderr'>): LayerDisplay {
  return {
    update() {},
    notice: (message) => stderr.write(`NOTICE: ${message}\n`),
    finish() {},
    [Symbol.dispose]() {},
  };
}

function plainDisplay(
  layers: readonly Descriptor[],
  { stdout, stderr }: LayerDisplayContext,
): LayerDisplay {
  const progress = new LayerProgress(layers, ({ id, state }) => {
    if (state !== 'Downloading') stdout.write(`${id}: ${state}\n`);
  });
  return {
    ...quietDisplay({ stderr }),
    update: (event) => progress.update(event),
    finish: () => progress.finish(),
  };
}

function liveDisplay(
  layers: readonly Descriptor[],
  { stdout, stderr, env }: LayerDisplayContext,
): LayerDisplay {
  const progress = new LayerProgress(layers);
  const painter = new Painter(stdout, env);
  const lines = () => progress.lines(stdout.columns);
  const draw = () => {
    if (lines().length > 0) painter.draw(lines());
  };
  const timer = setInterval(draw, FRAME_MS).unref();
  return {
    update: (event) => progress.update(event),
    notice(message) {
      painter.clear();
      stderr.write(`NOTICE: ${message}\n`);
    },
    finish: () => progress.finish(),
    [Symbol.dispose]() {
      clearInterval(timer);
      painter.clear();
      stdout.write(
        lines()
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
  };
}
