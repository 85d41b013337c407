import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputOf, runClient } from '@warmdock/testkit';
import { benchDir } from '../measure/bench-dir.js';
import { type Command, timeCommand } from '../measure/time-command.js';
import { buildxBuild, environment } from './commands.js';
import { contextDir, ensureContext, writeAged, writeTiny } from './contexts.js';
import type { Setting } from './setting.js';

/** Layers that a registry may have already. */
const partLayers = 20;

/** The big image in the testbed's registry, as it is now on the builder, under a name of that kind. */
export async function pushBig(setting: Setting, kind: string, dockerfile?: string) {
  const { testbed, builder } = setting;
  const reference = `${testbed.registry.address}/bench-${kind}-${builder.name}:big`;
  const file = dockerfile === undefined ? [] : ['-f', dockerfile];
  const flags = ['--push', '-t', reference, ...file];
  const build = { context: contextDir('big'), host: testbed.classic.host, flags };
  await timeCommand(buildxBuild(setting, build), setting);
  return reference;
}

/** The first of the big image's layers as an image of its own. */
export async function pushPart(setting: Setting): Promise<string> {
  const steps = readFileSync(join(ensureContext('big'), 'Dockerfile'), 'utf8').split('\n');
  const path = join(benchDir(), 'part.Dockerfile');
  writeAged(path, `${steps.slice(0, partLayers + 1).join('\n')}\n`);
  return pushBig(setting, 'part', path);
}

/** The big image with a last layer that nobody has seen. */
export async function pushChanged(setting: Setting, kind: string): Promise<string> {
  writeTiny(contextDir('big'), randomUUID());
  return pushBig(setting, kind);
}

/** Copies by another program, untimed. */
export async function copyByCrane(from: string, to: string): Promise<void> {
  await outputOf(runClient('crane', ['copy', '--insecure', from, to]));
}

/** Programs that copy an image between registries, by name. */
export function copies(setting: Setting, from: string, to: string): Record<string, Command> {
  const { prefix, libraryPrefix, crane = '', skopeo } = setting.testbed.clients;
  const { warmdock } = setting.programs;
  const env = environment(setting, setting.testbed.classic.host);
  const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  const places = [`docker://${from}`, `docker://${to}`];
  return {
    warmdock: { argv: [...warmdock, 'copy', from, to], env },
    crane: { argv: [...prefix, crane, 'copy', '--insecure', from, to], env },
    skopeo: {
      argv: [...libraryPrefix, skopeo, '--insecure-policy', 'copy', ...tls, ...places],
      env,
    },
  };
}

export function warmdockPull(setting: Setting, host: string, reference: string): Command {
  const argv = [...setting.programs.warmdock, 'pull', reference];
  return { argv, env: environment(setting, host) };
}

export function pushes(setting: Setting, host: string, reference: string) {
  const { warmdock, docker } = setting.programs;
  const env = environment(setting, host);
  return {
    warmdock: { argv: [...warmdock, 'push', reference], env },
    docker: { argv: [...docker, 'push', reference], env },
  };
}
