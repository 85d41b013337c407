import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imageIdOf, makeDockerConfig, outputOf, runDocker, useTestbed } from '@warmdock/testkit';
import { describe, expect, test } from 'vitest';
import { layeredProject, newTag, temporaryFolder } from './support/project.js';
import { runShim, systemPath } from './support/shim.js';
import { assertBuilt, launcher, runWarmdock } from './support/warmdock.js';

const { builder, classic, clients } = useTestbed();
const { host } = classic;
const byGrpcJs = { WARMDOCK_GRPC: 'grpc-js' };

/** The installed package, but for the file with grpc-js. */
function packageWithoutGrpcJs(): string {
  assertBuilt();
  const folder = temporaryFolder();
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(dirname(launcher), '..', part), join(folder, part), { recursive: true });
  rmSync(join(folder, 'dist/grpc-js.cjs'));
  return join(folder, 'bin');
}

const buildArguments = (tag: string) => [
  ...['build', '--builder', builder.address, '-t', tag],
  layeredProject(),
];

describe('WARMDOCK_GRPC=grpc-js', () => {
  test('has warmdock build by grpc-js, which is loaded only then', async () => {
    const tag = newTag(host);
    expect(await runWarmdock(buildArguments(tag), { host, env: byGrpcJs })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/\nall 3 layers loaded, /),
    });
    expect(await imageIdOf(host, tag)).toBeDefined();

    const program = join(packageWithoutGrpcJs(), 'warmdock');
    const other = { host, program };
    expect(await runWarmdock(buildArguments(newTag(host)), other)).toMatchObject({ exitCode: 0 });
    const failed = await runWarmdock(buildArguments(newTag(host)), { ...other, env: byGrpcJs });
    expect(failed.exitCode).not.toBe(0);
    expect(failed.stderr).toContain('cannot load @grpc/grpc-js');
  });

  test('has the shim build by it', async () => {
    const home = temporaryFolder();
    const DOCKER_CONFIG = await makeDockerConfig(join(home, 'config'));
    const create = ['buildx', 'create', '--name', 'far', '--driver', 'remote', builder.address];
    await outputOf(runDocker(create, { env: { DOCKER_CONFIG } }));
    const tag = newTag(host);
    const options = {
      path: [dirname(clients.docker), systemPath].join(':'),
      env: { HOME: home, DOCKER_CONFIG, DOCKER_HOST: host, BUILDX_BUILDER: 'far', ...byGrpcJs },
    };
    const built = await runShim(['build', '-t', tag, layeredProject()], options);
    expect(built.stderr).toContain('sending 3 of 3 layers');
    expect(built.exitCode).toBe(0);
    expect(await imageIdOf(host, tag)).toBeDefined();
    const program = join(packageWithoutGrpcJs(), 'docker');
    const failed = await runShim(['build', layeredProject()], { ...options, program });
    expect(failed.stderr).toContain('cannot load @grpc/grpc-js');
  });

  test('is reported by doctor', async () => {
    const args = ['doctor', '--json', '--builder', builder.address];
    const PATH = `${dirname(clients.docker)}:${process.env.PATH}`;
    const env = { PATH, DOCKER_CONFIG: clients.configDir, ...byGrpcJs };
    const { stdout } = await runWarmdock(args, { host, env });
    const findings: { about: string; text: string }[] = JSON.parse(stdout).findings;
    expect(findings).toContainEqual(
      expect.objectContaining({ about: 'gRPC', text: expect.stringContaining('WARMDOCK_GRPC') }),
    );
  });
});

test('another value of WARMDOCK_GRPC is refused', async () => {
  const env = { WARMDOCK_GRPC: 'grpcjs' };
  const { exitCode, stderr } = await runWarmdock(buildArguments(newTag(host)), { host, env });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('"grpcjs"');
  expect(stderr).toContain('builtin or grpc-js');
});
