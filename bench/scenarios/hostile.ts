import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startHostileEndpoints } from '../../test/faults/hostile-endpoints.ts';
import { createCleanup } from '../cleanup.ts';
import { grouped, less, more, type Figure } from '../figures.ts';
import type { Order, Report, State } from '../sender-process.ts';
import type { Scenario } from '../trial.ts';

export const hostile: Scenario = {
  summary: 'sends to endpoints that answer in every bad way, and what they leave behind',
  async run({ implementation, sizes, progress }) {
    if (implementation !== 'ours')
      return { figures: [], notes: ['The sender alone is measured, and only ours can be.'] };
    const cleanup = createCleanup();
    try {
      const endpoints = await startHostileEndpoints({
        after: (undo) => void cleanup.add(async () => void (await (undo as () => unknown)())),
      });
      progress.step(`${grouped(sizes.sends)} sends to ${endpoints.targets.length} endpoints`);
      const warmup = Math.min(sizes.sends, 10 * endpoints.targets.length);
      const { start, middle, end, cpuMs, tookMs } = await attack({
        targets: endpoints.targets,
        warmup,
        count: sizes.sends,
      });
      return {
        figures: [
          more('rate', sizes.sends / (tookMs / 1000), '/s'),
          less('sender CPU a send', cpuMs / sizes.sends, 'ms'),
          ...Object.entries({ start, middle, end }).flatMap(([when, state]) =>
            statesOf(when, state),
          ),
          less('connections left at the endpoints', endpoints.open(), ''),
        ],
        notes: [],
      };
    } finally {
      await cleanup.run();
    }
  },
};

/** In a process of its own. */
async function attack(order: Order): Promise<Report> {
  const child = fork(fileURLToPath(new URL('../sender-process.ts', import.meta.url)), {
    execArgv: ['--expose-gc'],
  });
  try {
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error('The sender process ended.')),
    );
    child.send(order);
    const [report] = (await Promise.race([once(child, 'message'), ended])) as [Report];
    return report;
  } finally {
    child.kill('SIGKILL');
  }
}

function statesOf(
  when: string,
  { heapMb, rssMb, sockets, timers, others, pooled, listeners }: State,
): Figure[] {
  return [
    less(`${when}: heap after a collection`, heapMb, 'MB'),
    less(`${when}: memory`, rssMb, 'MB'),
    less(`${when}: sockets`, sockets, ''),
    less(`${when}: timers`, timers, ''),
    less(`${when}: other handles`, others, ''),
    less(`${when}: connections in the agents`, pooled, ''),
    less(`${when}: listeners on the agents`, listeners, ''),
  ];
}
