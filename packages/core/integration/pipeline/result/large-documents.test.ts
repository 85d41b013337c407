import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openBuildHarness } from '../../support/build-harness.js';
import { contextOf } from '../../support/context.js';
import { inspect } from '../../support/daemon-images.js';
import { everySetting } from '../../support/settings.js';

/** BuildKit takes lines of up to 64 KB. */
const lines = Array.from({ length: 60 }, () => 'x'.repeat(50_000));

describe.each(everySetting())('an image with a label of 3 MB, %s', (_name, setting) => {
  it('is built and loaded', async () => {
    const { build, host } = openBuildHarness(setting);
    // The config has it twice: as a label, and in its history.
    const Dockerfile = `FROM scratch\nCOPY note /\nLABEL large=${lines.join('\\\n')}\n`;
    const { load } = await build({ context: contextOf({ Dockerfile, note: randomUUID() }) });
    expect(load.outcome).toBe('full');
    const labels = (await inspect(host, load.imageId))?.Config.Labels;
    expect(labels?.large).toHaveLength(3_000_000);
  });
});
