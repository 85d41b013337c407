import { goldenCommand } from './command.js';

export const release = goldenCommand({
  makesStore: false,
  read(line) {
    const { positionals } = line;
    if (positionals.length === 0) throw line.refusal('requires at least 1 argument: SESSION');
    return positionals;
  },
  async run(sessions, { store, signal }) {
    for (const session of sessions) await store.release({ session }, { signal });
    const text = sessions.map((session) => `released ${session}\n`).join('');
    return { json: { released: sessions }, text };
  },
});
