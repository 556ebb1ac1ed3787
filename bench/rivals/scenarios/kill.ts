import { Agent } from 'node:http';
import { now, reached, sleep } from '../../clock.ts';
import { less, type Figure } from '../../figures.ts';
import { call, isSuccess } from '../../http.ts';
import type { Life } from '../life.ts';
import { warmedUp, type RivalScenario } from '../scenario.ts';

/** A supervisor starts what has ended after a while. */
const RESTART_MS = 2000;
/** A client that gets no answer tries again with the next message. */
const PAUSE_MS = 100;
const SHARE_BEFORE = 0.4;

export const kill: RivalScenario = {
  summary: 'all programs of the system (not its stores) are killed with -9 and started again',
  async run(life) {
    const { sizes, progress, receiver } = life;
    const endpoints = await warmedUp(life);
    const before = await receiver.counts('fast');
    progress.step(`${sizes.messages} messages, and kill -9 after 40 % of them`);
    const strikeAt = Math.ceil(sizes.messages * SHARE_BEFORE);
    const strike = Promise.withResolvers<number>();
    let early = new Set<number>();
    const accepted = await postThrough(life, endpoints, (sofar) => {
      if (sofar.size !== strikeAt) return;
      early = new Set(sofar);
      struck(life).then(strike.resolve, strike.reject);
    });
    if (accepted.size < strikeAt) throw new Error(`Only ${accepted.size} were accepted.`);
    const upAt = await strike.promise;
    const missing = async () => {
      const arrived = new Set((await receiver.arrivals('fast')).map(({ id }) => id));
      return [...accepted].filter((id) => !arrived.has(id)).length;
    };
    const complete = await reached(async () => (await missing()) === 0, life.deadline(), 500);
    const arrivals = await receiver.arrivals('fast');
    const lastOf = (some: Set<number>) =>
      ((arrivals.findLast(({ id }) => some.has(id))?.at ?? NaN) - upAt) / 1000;
    const figures: Figure[] = [
      less('last arrival after all programs were up again', lastOf(accepted), 's'),
      less('the same of messages from before the kill', lastOf(early), 's'),
      less('accepted and not arrived', await missing(), ''),
      less('sent again', (await receiver.counts('fast')).repeats - before.repeats, ''),
    ];
    return { figures, notes: complete === undefined ? [`Cut short after ${sizes.limit} s.`] : [] };
  },
};

/** @returns when all programs were ready again. */
async function struck(life: Life): Promise<number> {
  await life.kill();
  await sleep(RESTART_MS);
  await life.start();
  return now();
}

/**
 * POSTs until as many as asked for are accepted. What fails is not repeated: whether it was
 * accepted is not known. @returns the numbers of those that were.
 */
async function postThrough(
  { sizes, ...life }: Life,
  endpoints: string[],
  onAccepted: (accepted: Set<number>) => void,
): Promise<Set<number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: sizes.connections });
  const next = life.next(endpoints);
  const deadline = life.deadline();
  const accepted = new Set<number>();
  let open = 0;
  const keepPosting = async () => {
    while (accepted.size + open < sizes.messages && now() < deadline) {
      open += 1;
      const one = next();
      const { status } = await call(agent, one).catch(() => ({ status: 0 }));
      open -= 1;
      if (isSuccess(status)) onAccepted(accepted.add(one.marks.id));
      else await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: sizes.connections }, keepPosting));
  agent.destroy();
  return accepted;
}
