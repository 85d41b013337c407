/* `@warmdock/core/progress`: prints the progress of a build. */

export {
  type ProgressPrinter,
  type ProgressPrinterOptions,
  progressPrinter,
} from '../display/progress-printer.js';
export type { OnProgress, Progress } from '../progress.js';
