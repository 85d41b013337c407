import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import xattr from '@napi-rs/xattr';
import { outputOf, runDocker } from '@warmdock/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseOutput } from '../../../src/pipeline/flags/output.js';
import { openBuildHarness } from '../../support/build-harness.js';
import { type BuildxStore, buildxWith } from '../../support/buildx.js';
import { contextOf, temporaryFolder } from '../../support/context.js';
import { anyBuilder } from '../../support/settings.js';

/** The capability cap_net_raw+ep, as `setcap` writes it into a file. */
const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');

/** What docker buildx makes of a context, as a manifest's digest. */
async function digestOfBuildx(
  { name, env }: BuildxStore,
  context: string,
  cwd?: string,
): Promise<string> {
  const folder = temporaryFolder();
  const metadata = join(folder, 'metadata.json');
  const output = `type=oci,dest=${join(folder, 'theirs.tar')},oci-mediatypes=true`;
  const flags = [
    '--builder',
    name,
    '--provenance=false',
    '--metadata-file',
    metadata,
    '-o',
    output,
  ];
  await outputOf(runDocker(['buildx', 'build', ...flags, context], { env, ...(cwd && { cwd }) }));
  return JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
}

describe('a context, as docker buildx sends it', () => {
  const setting = { builder: anyBuilder(), store: 'containerd' } as const;

  async function ours(context: string, cwd?: string): Promise<string> {
    const outputs = [parseOutput(`type=oci,dest=${join(temporaryFolder(), 'ours.tar')}`)];
    return (
      (await openBuildHarness(setting).export({ context, outputs, ...(cwd && { cwd }) })).digest ??
      ''
    );
  }

  it('has the capabilities of its programs', async () => {
    const buildx = await buildxWith(setting.builder);
    const nodes = {
      Dockerfile: 'FROM scratch\nCOPY bin /bin\n',
      'bin/ping': randomUUID(),
      'bin/link': { link: 'ping' },
    };
    const [without, context] = [contextOf(nodes), contextOf(nodes)];
    xattr.setAttributeSync(join(context, 'bin/ping'), 'security.capability', capability);
    const withCapability = await ours(context);
    expect(withCapability).not.toBe(await ours(without));
    expect(withCapability).toBe(await digestOfBuildx(buildx, context));
  });

  it('is a directory where there is one of the name of a remote context', async () => {
    const buildx = await buildxWith(setting.builder);
    const context = 'github.com/acme/app';
    const cwd = contextOf({
      [`${context}/Dockerfile`]: 'FROM scratch\nCOPY note /\n',
      [`${context}/note`]: randomUUID(),
    });
    expect(await ours(context, cwd)).toBe(await digestOfBuildx(buildx, context, cwd));
  });

  it('has its sockets as empty files', async () => {
    const buildx = await buildxWith(setting.builder);
    const context = contextOf({
      Dockerfile: `FROM scratch\nCOPY d/socket /named\nCOPY d /d\n`,
      'd/other': randomUUID(),
    });
    const server = createServer().listen(join(context, 'd/socket'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    expect(await ours(context)).toBe(await digestOfBuildx(buildx, context));
  });

  it('may have patterns that Go refuses only when it comes to them', async () => {
    const buildx = await buildxWith(setting.builder);
    const context = contextOf({
      Dockerfile: 'FROM scratch\nCOPY . /\n',
      '.dockerignore': '!b*[\na*[a-]\nbin\\x64\n*a*a*a*a*a*a*a*b\n',
      'a-': '',
      b: '',
      bind: '',
      ['a'.repeat(250)]: randomUUID(),
    });
    const theirs = await digestOfBuildx(buildx, context);
    expect(await ours(context)).toBe(theirs);
  });
});
