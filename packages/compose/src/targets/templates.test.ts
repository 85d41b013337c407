import { describe, expect, it } from 'vitest';
import { checkNoTemplates, unescapeTemplates } from './templates.js';

describe('strings that bake printed', () => {
  it('have their escapes in arguments and inline Dockerfiles, and nowhere else', () => {
    const target = {
      args: { A: 'x $${Y} %%{if} $$${Z}', B: null },
      'dockerfile-inline': 'ENV A=$${B}',
      labels: { l: '$${kept}' },
    };
    expect(unescapeTemplates({ target: { app: target } }).target.app).toEqual({
      args: { A: 'x ${Y} %{if} $${Z}', B: null },
      'dockerfile-inline': 'ENV A=${B}',
      labels: { l: '$${kept}' },
    });
  });
});

describe('strings that compose printed for bake', () => {
  it.each([
    ['a label', { labels: { l: '${X}' } }],
    ['a tag', { tags: ['a:${X}'] }],
    ['a directive in an argument', { args: { A: '%{ if true }' } }],
    ['a directive in a Dockerfile', { 'dockerfile-inline': 'RUN %{x' }],
  ])('are no templates: %s is passed through to bake', (_, target) => {
    expect(() => checkNoTemplates({ target: { app: target } })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });

  it('may have what compose escapes itself', () => {
    const target = { args: { A: '$${X}', B: '$X' }, 'dockerfile-inline': 'ENV A=$${B}' };
    expect(() => checkNoTemplates({ target: { app: target } })).not.toThrow();
  });
});
