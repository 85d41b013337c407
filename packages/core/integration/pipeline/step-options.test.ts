import { randomUUID } from 'node:crypto';
import { withShell } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { openBuildHarness } from '../support/build-harness.js';
import { busybox, contextOf } from '../support/context.js';
import { inspect, run } from '../support/daemon-images.js';
import { everyBuilder } from '../support/settings.js';

/** A step that notes what it sees; another in each test. */
function noting(command: string, flags = ''): string {
  const step = `RUN ${flags} ${command} > /seen # ${randomUUID()}`;
  return contextOf({ Dockerfile: `${withShell}\n${step}`, busybox });
}

describe.each(everyBuilder())('steps run by %s', (_name, setting) => {
  async function seen(context: string, options: object): Promise<string> {
    const { build, host } = openBuildHarness(setting);
    const { load } = await build({ context, ...options });
    return run(host, load.imageId, 'busybox', 'cat', '/seen');
  }

  it('have no network when told so', async () => {
    const devices = await seen(noting('busybox ls /sys/class/net'), { network: 'none' });
    expect(devices.trim()).toBe('lo');
  });

  it('need an entitlement for the network of the host, which the option asks for', async () => {
    const { build } = openBuildHarness(setting);
    const building = build({ context: noting('busybox true'), network: 'host' });
    // Whether the builder grants it is its own matter, but it never complains that nobody asked.
    await building.catch((error) => {
      expect(String(error.message)).toContain('network.host is not allowed');
    });
  });

  it('that need an entitlement which the build does not ask for are refused', async () => {
    const { build } = openBuildHarness(setting);
    const context = noting('busybox true', '--network=host');
    await expect(build({ context, allow: [] })).rejects.toMatchObject({
      message: expect.stringContaining('network.host is not allowed'),
    });
  });

  it('find the hosts that are given', async () => {
    const hosts = await seen(noting('busybox cat /etc/hosts', '--network=none'), {
      addHosts: [{ host: 'registry.test', addresses: ['10.1.2.3', 'fd00::1'] }],
    });
    expect(hosts).toMatch(/^10\.1\.2\.3\s+registry\.test$/m);
    expect(hosts).toMatch(/^fd00::1\s+registry\.test$/m);
  });

  it('cannot be told the gateway by a builder that does not know it', async () => {
    const { build, buildkit } = openBuildHarness(setting);
    const [worker] = await buildkit.listWorkers();
    const label = 'org.mobyproject.buildkit.worker.moby.host-gateway-ip';
    const context = noting('busybox cat /etc/hosts', '--network=none');
    const addHosts = [{ host: 'gateway.test', addresses: ['host-gateway'] }];
    if (worker?.labels[label]) {
      expect(await seen(context, { addHosts })).toContain(worker.labels[label]);
    } else {
      await expect(build({ context, addHosts })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    }
  });

  it('have as much shared memory and the limits that are given', async () => {
    const command = '{ busybox df -k /dev/shm; ulimit -n; ulimit -Hn; }';
    const output = await seen(noting(command, '--network=none'), {
      shmSizeBytes: 8 * 1024 * 1024,
      ulimits: [{ name: 'nofile', soft: 100, hard: 200 }],
    });
    expect(output).toMatch(/\s8192\s/);
    expect(output.trim().split('\n').slice(-2)).toEqual(['100', '200']);
  });
});

describe.each(everyBuilder())('an image built by %s', (_name, setting) => {
  it('carries its annotations into the daemon', async () => {
    const { build, buildkit } = openBuildHarness(setting);
    const annotations = [{ key: 'org.example.note', value: 'a note' }];
    const outcome = await build({ context: noting('busybox true', '--network=none'), annotations });
    const chunks: Uint8Array[] = [];
    const { digest } = outcome.load.imageId
      ? { digest: outcome.load.imageId }
      : { digest: '' as never };
    for await (const chunk of buildkit.content.fetch({ digest, mediaType: '' })) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString()).annotations).toEqual({
      'org.example.note': 'a note',
    });
  });

  it('carries provenance as `attestations` asks', async () => {
    const { build, host } = openBuildHarness(setting);
    const context = noting('busybox true', '--network=none');
    const { load } = await build({
      context,
      attestations: [{ type: 'provenance', attrs: { mode: 'max' } }],
    });
    expect((await inspect(host, load.imageId))?.Id).toBe(load.imageId);
    expect(load.layersTotal).toBeGreaterThan(2);
  });
});
