import { defineConfig } from 'tsup';

const entries = ['engine', 'buildkit', 'oci', 'flags', 'registry', 'progress', 'internal'];

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    ...Object.fromEntries(entries.map((name) => [name, `src/exports/${name}.ts`])),
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: true,
  splitting: true,
  clean: true,
});
