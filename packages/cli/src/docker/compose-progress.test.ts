import { describe, expect, test } from 'vitest';
import { composeProgress } from './compose-progress.js';

interface Asked {
  readonly hides?: 'nothing' | 'steps' | 'all';
  readonly progress?: string;
  readonly ansi?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly isTerminal?: boolean;
}

const chosen = ({ hides = 'nothing', progress, ansi, env = {}, isTerminal = false }: Asked) =>
  composeProgress({ hides, progress, ansi }, env, isTerminal);

describe('what is shown, by flags and variables', () => {
  test.each<[asked: Asked, mode: string, reports: string]>([
    [{}, 'auto', 'text'],
    [{ progress: 'auto' }, 'auto', 'text'],
    [{ progress: 'plain' }, 'plain', 'text'],
    [{ progress: 'tty', isTerminal: true }, 'tty', 'text'],
    [{ progress: 'json' }, 'rawjson', 'json'],
    [{ progress: 'quiet' }, 'none', 'none'],
    [{ progress: 'none' }, 'none', 'none'],
    [{ hides: 'all' }, 'none', 'none'],
    [{ hides: 'all', progress: 'plain' }, 'none', 'none'],
    [{ hides: 'steps' }, 'none', 'text'],
    [{ hides: 'steps', progress: 'json' }, 'none', 'json'],
    [{ env: { COMPOSE_PROGRESS: 'plain' } }, 'plain', 'text'],
    [{ progress: 'quiet', env: { COMPOSE_PROGRESS: 'plain' } }, 'none', 'none'],
    [{ env: { BUILDKIT_PROGRESS: 'plain' } }, 'plain', 'text'],
    [{ progress: 'json', env: { BUILDKIT_PROGRESS: 'plain' } }, 'rawjson', 'json'],
    [{ ansi: 'never' }, 'plain', 'text'],
    [{ ansi: 'never', progress: 'json' }, 'rawjson', 'json'],
    [{ ansi: 'always', isTerminal: true }, 'tty', 'text'],
    [{ env: { COMPOSE_ANSI: 'never' } }, 'plain', 'text'],
    [{ ansi: 'auto', env: { COMPOSE_ANSI: 'never' } }, 'auto', 'text'],
  ])('%j: %s, %s', (asked, mode, reports) => {
    expect(chosen(asked)).toEqual({ mode, reports });
  });
});

describe('what compose refuses is passed through to it', () => {
  test.each<[asked: Asked, reason: RegExp]>([
    [{ progress: 'strange' }, /--progress=strange/],
    [{ progress: 'rawjson' }, /--progress=rawjson/],
    [{ env: { COMPOSE_PROGRESS: 'strange' } }, /--progress=strange/],
    [{ ansi: 'strange' }, /--ansi=strange/],
    [{ ansi: 'always', progress: 'plain' }, /--progress=plain --ansi=always/],
    [{ ansi: 'never', progress: 'tty' }, /--progress=tty --ansi=never/],
    [{ progress: 'tty' }, /no terminal/],
    [{ ansi: 'always' }, /no terminal/],
  ])('%j', (asked, reason) => {
    expect(chosen(asked)).toEqual({ passThroughReason: expect.stringMatching(reason) });
  });
});
