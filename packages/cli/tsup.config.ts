import { defineConfig, type Options } from 'tsup';

/** Programs find this library in a file beside them. */
const grpcJsApart: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'grpc-js-apart',
  setup(build) {
    const found = { path: './grpc-js.cjs', external: true };
    build.onResolve({ filter: /^@grpc\/grpc-js$/ }, () => found);
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
  esbuildPlugins: [grpcJsApart],
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
      'build-program': 'src/build-program.ts',
      'doctor-program': 'src/doctor-program.ts',
      'golden-program': 'src/golden-program.ts',
      'shim-program': 'src/shim-program.ts',
      'targets-program': 'src/targets-program.ts',
    },
  },
  {
    ...bundle,
    target: 'node20',
    entry: { 'grpc-js': 'src/grpc-js.ts' },
    esbuildPlugins: [],
    // For services of channels and of servers, which nothing here asks for.
    external: ['@grpc/proto-loader'],
  },
]);
