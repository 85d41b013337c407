import { isWarmdockError } from '@warmdock/core';

export type Level = 'ok' | 'warning' | 'problem';

/** One thing that was looked at. */
export type Finding =
  | { readonly about: string; readonly level: 'ok'; readonly text: string }
  | {
      readonly about: string;
      /** A `problem` keeps builds from working, a `warning` makes them slower or less than they could be. */
      readonly level: 'warning' | 'problem';
      readonly text: string;
      /** What to do about it. */
      readonly fix: string;
    };

export function ok(about: string, text: string): Finding {
  return { about, level: 'ok', text };
}

export function warning(about: string, text: string, fix: string): Finding {
  return { about, level: 'warning', text, fix };
}

export function problem(about: string, text: string, fix: string): Finding {
  return { about, level: 'problem', text, fix };
}

/** An error as a problem; `fix` stands in where the error itself does not say what to do. */
export function failed(about: string, error: unknown, fix: string): Finding {
  if (!isWarmdockError(error)) throw error;
  return problem(about, error.message, error.hint ?? fix);
}
