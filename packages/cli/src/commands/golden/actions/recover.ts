import { goldenCommand } from './command.js';

export const recover = goldenCommand({
  makesStore: false,
  read: (line) => line.words(),
  async run(_, { store, signal }) {
    const { actions: now } = await store.recover({ signal });
    const actions = [...store.repaired, ...now];
    const lines = actions.length === 0 ? ['nothing to do'] : actions;
    return { json: { actions }, text: lines.map((line) => `${line}\n`).join('') };
  },
});
