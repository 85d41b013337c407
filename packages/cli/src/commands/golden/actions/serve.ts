import { once } from 'node:events';
import { isWarmdockError } from '@warmdock/core';
import { formatSize, messageOf } from '@warmdock/core/internal';
import { type BuildStatus, openBuilds, serveWebhooks, type WebhookAnswer } from '@warmdock/golden';
import { readServeConfig } from '../input/serve-config.js';
import { phaseText } from '../text/phase-text.js';
import { type GoldenContext, type GoldenEvent, goldenCommand } from './command.js';

export const serve = goldenCommand({
  makesStore: true,
  read(line) {
    line.words();
    const config = line.text('config');
    if (config === undefined) throw line.refusal('requires --config FILE');
    return { config };
  },
  async run({ config }, context) {
    context.progress.end();
    await serveUntilStopped(config, context);
    context.report({ json: { event: 'stopped' }, text: 'stopped' });
    return undefined;
  },
});

async function serveUntilStopped(path: string, { store, env, signal, report }: GoldenContext) {
  const { projects, debounceMs, ...webhooks } = readServeConfig(path, env);
  await using builds = await openBuilds(
    { store, projects, debounceMs },
    {
      onState: stateReporter(report),
      onError: (project, error) => report(failureEvent(project, error)),
    },
  );
  const onAnswer = (answer: WebhookAnswer) => report(answerEvent(answer));
  await using server = await serveWebhooks({ ...webhooks, builds }, { env, onAnswer });
  const { url } = server;
  report({ json: { event: 'listening', url }, text: `listening on ${url}` });
  if (!signal.aborted) await once(signal, 'abort');
}

/** Tells each phase of a build once, and its end. */
export function stateReporter(report: GoldenContext['report']): (status: BuildStatus) => void {
  const last = new Map<string, string>();
  return (status) => {
    const { project, phase, promotion, buildId, generation } = status;
    const state = `${buildId} ${status.status} ${phase} ${promotion}`;
    if (last.get(project) === state) return;
    last.set(project, state);
    report({
      json: {
        event: 'build',
        project,
        buildId,
        status: status.status,
        phase,
        promotion,
        generation,
      },
      text: `${project}: ${stateText(status)}`,
    });
  };
}

function stateText(status: BuildStatus): string {
  const { generation, sizeBytes = 0, addedBytes = 0 } = status;
  if (status.status === 'building') return phaseText(status);
  if (status.promotion !== 'done') return 'the golden stays as it was';
  return `generation ${generation} is the golden, ${formatSize(sizeBytes)}, ${formatSize(addedBytes)} new`;
}

function failureEvent(project: string, error: unknown): GoldenEvent {
  const code = isWarmdockError(error) ? error.code : 'INTERNAL';
  const [firstLine] = messageOf(error).split('\n');
  return {
    json: { event: 'failure', project, code, message: messageOf(error) },
    text: `${project}: ${firstLine}`,
  };
}

function answerEvent({ project, status, cause }: WebhookAnswer): GoldenEvent {
  const message = cause === undefined ? undefined : messageOf(cause);
  const why = message === undefined ? '' : `: ${message}`;
  return {
    json: { event: 'answer', project, status, message },
    text: `answered ${status}${project === undefined ? '' : ` to a request about ${project}`}${why}`,
  };
}
