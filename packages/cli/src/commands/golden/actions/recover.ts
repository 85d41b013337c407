import { goldenCommand } from './command.js';

export const recover = goldenCommand({
  takes: '[OPTIONS]',
  about: 'Finish or undo what killed processes left, and delete what was removed',
  flags: [],
  makesStore: false,
  read: (line) => line.words(),
  async run(_, { store, signal }) {
    const { actions: now } = await store.recover({ signal });
    const actions = [...store.mended, ...now];
    const lines = actions.length === 0 ? ['nothing to do'] : actions;
    return { json: { actions }, text: lines.map((line) => `${line}\n`).join('') };
  },
});
