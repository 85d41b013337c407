import { defineConfig } from 'tsup';

/**
 * Two files without dependencies, made for start-up time: `main` reads the arguments, `build-program`
 * is all the rest and is loaded with V8's compiled code of an earlier run, which makes one file
 * quicker than chunks. CommonJS because the loader of ES modules takes 5 ms by itself.
 */
export default defineConfig({
  entry: { warmdock: 'src/main.ts', 'build-program': 'src/build-program.ts' },
  format: ['cjs'],
  target: 'node20',
  noExternal: [/.*/],
  minify: true,
  clean: true,
  esbuildOptions(options) {
    // `import('node:tls')` would start the loader of ES modules; `require` is as lazy.
    options.supported = { ...options.supported, 'dynamic-import': false };
  },
});
