// Loaded into a process that sends (NODE_OPTIONS=--import). Its requests tell its id and the names
// of its environment, and an answer with a header X-Poison does to it what the header says.
import { subscribe } from 'node:diagnostics_channel';

const POISONS = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  abort: () => process.abort(),
  exit: () => process.exit(7),
  throw: () => {
    throw new Error('poisoned');
  },
  block: () => {
    process.title = 'blocked';
    for (;;);
  },
  fill: () => {
    for (const all = []; ;) all.push(Array.from({ length: 100_000 }, Math.random));
  },
};

subscribe('http.client.request.created', ({ request }) => {
  request.setHeader('X-Process', process.pid);
  request.setHeader('X-Environment', Object.keys(process.env).toSorted().join(','));
});
subscribe('http.client.response.finish', ({ response }) =>
  POISONS[response.headers['x-poison']]?.(),
);
