import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';

const undici = createRequire(
  fileURLToPath(import.meta.resolve('@warmdock/core/package.json')),
).resolve('undici');

/** Programs find these libraries in files beside them: in the programs they would be read at every start. */
const apart: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'libraries-apart',
  setup(build) {
    build.onResolve({ filter: /^@grpc\/grpc-js$/ }, () => ({
      path: './grpc-js.cjs',
      external: true,
    }));
    build.onResolve({ filter: /^undici$/ }, () => ({ path: './undici.cjs', external: true }));
  },
};

/**
 * Files without dependencies, made for start-up time: `warmdock` reads the arguments, each program is
 * all the rest of a command. The build is loaded with V8's compiled code of an earlier run, which
 * makes one file quicker than chunks. CommonJS because the loader of ES modules takes 5 ms by itself.
 */
const bundle = {
  format: ['cjs'],
  noExternal: [/.*/],
  minify: true,
  esbuildPlugins: [apart],
  esbuildOptions(options) {
    // `import('node:tls')` would start the loader of ES modules; `require` is as lazy.
    options.supported = { ...options.supported, 'dynamic-import': false };
  },
} satisfies Parameters<typeof defineConfig>[0];

export default defineConfig([
  // An older Node must understand it to say that it is too old.
  { ...bundle, target: 'node12', entry: { warmdock: 'src/main.ts' } },
  {
    ...bundle,
    target: 'node20',
    entry: {
      'build-program': 'src/entries/build-program.ts',
      'doctor-program': 'src/entries/doctor-program.ts',
      'golden-program': 'src/entries/golden-program.ts',
      'help-program': 'src/entries/help-program.ts',
      'pull-program': 'src/entries/pull-program.ts',
      'registry-program': 'src/entries/registry-program.ts',
      'shim-program': 'src/entries/shim-program.ts',
      'targets-program': 'src/entries/targets-program.ts',
    },
  },
  {
    ...bundle,
    target: 'node20',
    entry: { 'grpc-js': 'src/entries/grpc-js.ts' },
    esbuildPlugins: [],
    // For services of channels and of servers, which nothing here asks for.
    external: ['@grpc/proto-loader'],
  },
  { ...bundle, target: 'node20', entry: { undici }, esbuildPlugins: [] },
]);
