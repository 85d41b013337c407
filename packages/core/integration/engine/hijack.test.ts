import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { useTestbed } from '@warmdock/testkit';
import { describe, expect, it } from 'vitest';
import { connectEngine } from '../../src/engine/engine.js';

describe.each(['classic', 'containerd'] as const)(
  'upgrading a connection to an engine with the %s store',
  (store) => {
    const engine = connectEngine(useTestbed()[store].host);

    it('at /grpc gives HTTP/2', async () => {
      const stream = await engine.hijack('/grpc', { protocol: 'h2c' });
      const client = connectHttp2('http://buildkit', { createConnection: () => stream });
      const [settings] = await once(client, 'remoteSettings');
      expect(settings.maxFrameSize).toBeGreaterThan(0);
      client.destroy();
    });

    it('at an unknown path throws NOT_FOUND', async () => {
      await expect(engine.hijack('/nothing', { protocol: 'h2c' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });
  },
);
