import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderedDocuments } from './render-report.js';

test.each([...renderedDocuments()])(
  '%s shows the results: else `pnpm bench --render`',
  (path, content) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  },
);
