import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runDocker, withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { parseAddHost } from '../../src/pipeline/flags/add-host.js';
import { parseAnnotation } from '../../src/pipeline/flags/annotation.js';
import { parseBuildContext } from '../../src/pipeline/flags/build-context.js';
import { parseOutput } from '../../src/pipeline/flags/output.js';
import { parseSize } from '../../src/pipeline/flags/size.js';
import { parseUlimit } from '../../src/pipeline/flags/ulimit.js';
import { openBuildHarness } from '../support/build-harness.js';
import { buildxWith } from '../support/buildx.js';
import { busybox, contextOf, temporaryFolder } from '../support/context.js';
import { everyBuilder } from '../support/settings.js';

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
      shmSizeBytes: '8m',
      ulimit: 'nofile=100:200',
    };
    const ours = await openBuildHarness(setting).export({
      context,
      tags: ['app:v1'],
      network: 'none',
      addHosts: [parseAddHost(spec.addHost)],
      annotations: parseAnnotation(spec.annotation),
      buildContexts: [parseBuildContext(spec.context)],
      outputs: [parseOutput(spec.output('ours.tar'))],
      shmSizeBytes: parseSize(spec.shmSizeBytes),
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
      ['--shm-size', spec.shmSizeBytes],
      ['--ulimit', spec.ulimit],
    ].flat();
    await outputOf(runDocker(['buildx', 'build', ...flags, context], { env: buildx.env }));
    const theirs = JSON.parse(readFileSync(metadata, 'utf8'));
    expect(ours.digest).toBe(theirs['containerimage.digest']);
  });
});
