import { now, sleep } from '../../clock.ts';
import { less, p50p99 } from '../../figures.ts';
import { postEach, postSteadily } from '../../load.ts';
import { tripsOf } from '../../traffic.ts';
import { warmedUp, type RivalScenario } from '../scenario.ts';

export const isolation: RivalScenario = {
  summary: 'steady messages to healthy endpoints beside many that never answer',
  async run(life) {
    const { sizes, progress, receiver } = life;
    const healthy = await warmedUp(life);
    const hanging = await life.createEndpoints('hang', sizes.hanging);
    // Some systems keep for a while which endpoints there are.
    await sleep(2000);
    const count = sizes.hanging * sizes['hanging-backlog'];
    progress.step(`${count} messages to ${sizes.hanging} endpoints that never answer`);
    const { connections } = sizes;
    await postEach({ count, connections, next: life.next(hanging) }, () => {});

    progress.step(`${sizes.rate} messages a second to the others for ${sizes.seconds} s`);
    const { arrived } = await receiver.counts('fast');
    const endsAt = now() + sizes.seconds * 1000;
    const traffic = await postSteadily({
      perSecond: sizes.rate,
      isOver: () => now() > endsAt,
      next: life.next(healthy),
    });
    const { trips, notes } = await tripsOf(life, traffic, arrived);
    const ms = trips.map((trip) => trip.ms);
    return {
      figures: [
        ...p50p99('healthy: POST to arrival', ms),
        less('healthy: the longest', Math.max(...ms), 'ms'),
        { name: 'hanging: requests', value: (await receiver.counts('hang')).arrived, unit: '' },
      ],
      notes,
    };
  },
};
