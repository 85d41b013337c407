import { fstatSync, readSync, statSync } from 'node:fs';

/** The shell that asks whether a call of docker is a build of warmdock's: `bin/ask-program`. */
export interface Launcher {
  /** Whether it can be notified. Without it nothing may be built: the shell could build again. */
  isListening(): boolean;
  /** Takes the call over: however this process ends from now on, docker is not started instead. */
  takeOver(): void;
}

/**
 * Both sides have inherited this descriptor of a file, and with it one place of reading: the shell sees
 * at the end that it has moved.
 */
const descriptor = 8;

/** `file` is what the shell has opened: its own source. */
export function launcherAt(file: string): Launcher {
  return {
    isListening: () => isOpenAs(file),
    takeOver: () => void readSync(descriptor, Buffer.alloc(1)),
  };
}

/** What was closed on the way here, Node may have used for something else. */
function isOpenAs(file: string): boolean {
  try {
    const [inherited, expected] = [fstatSync(descriptor), statSync(file)];
    return inherited.ino === expected.ino && inherited.dev === expected.dev;
  } catch {
    return false;
  }
}
