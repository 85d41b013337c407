import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { type PublicEntry, root } from '../lib/public-entries.js';

/** The built declarations of an entry as API Extractor sums them up: names and signatures, without texts. */
export function readReport(entry: PublicEntry): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmdock-api-'));
  try {
    Extractor.invoke(configOf(entry, folder), {
      localBuild: true,
      messageCallback(message) {
        message.handled = message.logLevel !== ExtractorLogLevel.Error;
      },
    });
    return compact(readFileSync(join(folder, reportFileName), 'utf8'), entry);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names the entry rather than its package, and leaves out remarks about docstrings, which rules look at. */
function compact(report: string, { specifier }: PublicEntry): string {
  return report
    .replace(/^## .*/, `# API of \`${specifier}\``)
    .replaceAll(/^ *\/\/ \(undocumented\)\n| \(undocumented\)$/gm, '')
    .replace('// (No @packageDocumentation comment for this package)\n\n', '');
}

const reportFileName = 'report.api.md';

function configOf({ types, packageFolder }: PublicEntry, folder: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(packageFolder, 'package.json'),
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions, files: [types] } },
      apiReport: {
        enabled: true,
        reportFileName,
        reportFolder: folder,
        reportTempFolder: join(folder, 'temp'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: silent },
        tsdocMessageReporting: { default: silent },
      },
    },
  });
}

/** Rules are checked over all entries at once: a type may come from another one. */
const silent = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false };

const compilerOptions = {
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2023'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};
