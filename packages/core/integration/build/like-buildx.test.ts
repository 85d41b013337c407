import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runDocker, withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseAddHost } from '../../src/build/add-host-spec.js';
import { parseAnnotation } from '../../src/build/annotation-spec.js';
import { parseNamedContext } from '../../src/build/named-context-spec.js';
import { parseOutput } from '../../src/build/output-spec.js';
import { parseSize } from '../../src/build/size-spec.js';
import { parseUlimit } from '../../src/build/ulimit-spec.js';
import { buildxWith } from '../support/buildx.js';
import { busybox, contextOf, temporaryFolder } from '../support/context.js';
import { everyBuilder } from '../support/settings.js';
import { openWorkshop } from '../support/workshop.js';

describe.each(everyBuilder())('with %s', (_name, setting) => {
  it('docker buildx makes the same image of the same options', async () => {
    const other = contextOf({ note: randomUUID() });
    const context = contextOf({
      busybox,
      Dockerfile: [
        withShell,
        'COPY --from=other note /note',
        `RUN { cat /etc/hosts; ulimit -n; busybox df -k /dev/shm; } > /seen # ${randomUUID()}`,
      ].join('\n'),
    });
    const folder = temporaryFolder();
    const spec = {
      addHost: 'a.test=[fd00::1]',
      annotation: 'manifest[linux/amd64],manifest-descriptor:org.example.a=b',
      context: `other=${other}`,
      output: (file: string) =>
        `type=oci,dest=${join(folder, file)},compression=zstd,force-compression=true`,
      shmSize: '8m',
      ulimit: 'nofile=100:200',
    };
    const ours = await openWorkshop(setting).export({
      context,
      tags: ['app:v1'],
      network: 'none',
      addHosts: [parseAddHost(spec.addHost)],
      annotations: parseAnnotation(spec.annotation),
      namedContexts: [parseNamedContext(spec.context)],
      outputs: [parseOutput(spec.output('ours.tar'))],
      shmSize: parseSize(spec.shmSize),
      ulimits: [parseUlimit(spec.ulimit)],
    });
    const buildx = await buildxWith(setting.builder);
    const metadata = join(folder, 'metadata.json');
    const flags = [
      ['--builder', buildx.name],
      ['--provenance', 'false'],
      ['--metadata-file', metadata],
      ['--tag', 'docker.io/library/app:v1'],
      ['--network', 'none'],
      ['--add-host', spec.addHost],
      ['--annotation', spec.annotation],
      ['--build-context', spec.context],
      ['--output', `${spec.output('theirs.tar')},oci-mediatypes=true`],
      ['--shm-size', spec.shmSize],
      ['--ulimit', spec.ulimit],
    ].flat();
    await outputOf(runDocker(['buildx', 'build', ...flags, context], { env: buildx.env }));
    const theirs = JSON.parse(readFileSync(metadata, 'utf8'));
    expect(ours.digest).toBe(theirs['containerimage.digest']);
  });
});
