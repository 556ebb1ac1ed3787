import { now, reached, sleep } from '../../clock.ts';
import { less, more, p50p99 } from '../../figures.ts';
import { postEach } from '../../load.ts';
import { heldMemory, startMeter } from '../../meter.ts';
import { warmedUp, type RivalScenario } from '../scenario.ts';

export const pipeline: RivalScenario = {
  summary: 'messages over several connections while they are delivered',
  async run(life) {
    const { sizes, progress, receiver } = life;
    const { messages: count, connections } = sizes;
    const next = life.next(await warmedUp(life));
    const parts = life.parts();
    const before = (await receiver.counts('fast')).arrived;

    progress.step(`${count} messages over ${connections} connections`);
    const cpu = startMeter(parts);
    const startedAt = now();
    const posted = await postEach({ count, connections, next }, (done) =>
      progress.tick(`${done} of ${count}`),
    );
    const arrived = async () => (await receiver.counts('fast')).arrived - before;
    const complete = await reached(async () => (await arrived()) >= count, life.deadline());
    const early = cpu(count).at(-1)?.value;
    // What a system writes after it has delivered is its cost too.
    await sleep(sizes['settle-seconds'] * 1000);
    const used = cpu(count);

    const measured = (await receiver.arrivals('fast')).filter(({ sentAt }) => sentAt >= startedAt);
    const seconds = ((measured.at(-1)?.at ?? now()) - startedAt) / 1000;
    return {
      figures: [
        more('accepted', count / posted.seconds, '/s'),
        more('arrived', measured.length / seconds, '/s'),
        ...p50p99('POST', posted.latenciesMs),
        ...p50p99(
          'POST to arrival',
          measured.map(({ sentAt, at }) => at - sentAt),
        ),
        ...used,
        less('together: CPU a delivery, until the last arrival', early, 'ms'),
        ...heldMemory(parts),
        less('missing', count - measured.length, ''),
        less('sent again', (await receiver.counts('fast')).repeats, ''),
      ],
      notes: complete === undefined ? [`Cut short after ${sizes.limit} s.`] : [],
    };
  },
};
