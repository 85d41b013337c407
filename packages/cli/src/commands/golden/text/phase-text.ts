import type { BuildStatus } from '@warmdock/golden';

/** What a golden build does in its phase; it has one. */
export function phaseText({ phase = 'cloning', logPath, daemonLogPath }: BuildStatus): string {
  switch (phase) {
    case 'cloning':
      return 'cloning the golden';
    case 'starting':
      return `starting dockerd (log: ${daemonLogPath})`;
    case 'running':
      return `running the start-up script (log: ${logPath})`;
    case 'quiescing':
      return 'removing containers and stopping dockerd';
    case 'promoting':
      return 'promoting';
  }
}
