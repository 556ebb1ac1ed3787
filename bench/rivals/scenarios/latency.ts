import { now } from '../../clock.ts';
import { p50p99 } from '../../figures.ts';
import { postSteadily } from '../../load.ts';
import { tripsOf } from '../../traffic.ts';
import { warmedUp, type RivalScenario } from '../scenario.ts';

const PER_SECOND = 20;

export const latency: RivalScenario = {
  summary: 'single messages to an idle system, 50 ms apart, until arrival at the receiver',
  async run(life) {
    const { sizes, progress, receiver } = life;
    const next = life.next(await warmedUp(life));
    const { arrived } = await receiver.counts('fast');
    progress.step(`${sizes.posts} single messages`);
    const endsAt = now() + ((sizes.posts - 1) * 1000) / PER_SECOND;
    const isOver = () => now() > endsAt;
    const traffic = await postSteadily({ perSecond: PER_SECOND, isOver, next });
    const { trips, notes } = await tripsOf(life, traffic, arrived);
    return {
      figures: [
        ...p50p99(
          'POST to arrival',
          trips.map(({ ms }) => ms),
        ),
      ],
      notes,
    };
  },
};
