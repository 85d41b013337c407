/**
 * Writes etc/api, the public declarations of each package as reviews see them change; with `--check`,
 * prints how they differ and fails instead. The packages must be built.
 */
import { readReport } from './api/read-report.js';
import { faultsOf } from './api/rules.js';
import { settle } from './lib/generated-files.js';
import { publicEntries } from './lib/public-entries.js';
import { publicModel } from './lib/public-model.js';

const folder = 'etc/api';

const reports = publicEntries().map((entry) => [
  `${folder}/${entry.name}.api.md`,
  readReport(entry),
]);
settle({
  files: Object.fromEntries(reports),
  folders: [folder],
  accept: 'pnpm generate:api',
});

const { project } = await publicModel();
const faults = faultsOf(project);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
