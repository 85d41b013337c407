import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../support/context.js';
import { inspect } from '../support/daemon-images.js';
import { everySetting } from '../support/settings.js';
import { openWorkshop } from '../support/workshop.js';

const large = 'x'.repeat(3 * 1024 * 1024);

describe.each(everySetting())('an image with a label of 3 MB, %s', (_name, setting) => {
  it('is built and loaded', async () => {
    const { build, host } = openWorkshop(setting);
    const context = contextOf({ Dockerfile: 'FROM scratch\nCOPY note /', note: randomUUID() });
    // The config has it as a label and in the history of the step that made it.
    const { load } = await build({ context, labels: { large } });
    expect(load.outcome).toBe('full');
    const labels = (await inspect(host, load.imageId))?.Config.Labels;
    expect(labels?.large).toHaveLength(large.length);
  });
});
