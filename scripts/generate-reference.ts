/**
 * Writes docs/reference from the sources; with `--check`, prints how the pages differ and fails
 * instead.
 */
import { settle } from './lib/generated-files.js';
import * as cli from './reference/cli.js';
import * as environment from './reference/environment.js';

const pages = await Promise.all([cli.render(), environment.render()]);

settle({
  files: Object.assign({}, ...pages),
  folders: [],
  accept: 'pnpm generate:reference',
});
