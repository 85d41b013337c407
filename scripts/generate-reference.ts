/**
 * Writes docs/reference from the sources and the built declarations; with `--check`, prints how the
 * pages differ and fails instead.
 */
import { settle } from './lib/generated-files.js';
import * as cli from './reference/cli.js';
import * as environment from './reference/environment.js';
import * as errors from './reference/errors.js';
import * as sdk from './reference/sdk.js';

const pages = await Promise.all([cli, environment, errors, sdk].map((page) => page.render()));

settle({
  files: Object.assign({}, ...pages),
  folders: [sdk.folder],
  accept: 'pnpm generate:reference',
});
