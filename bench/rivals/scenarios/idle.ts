import { grouped } from '../../figures.ts';
import { idleShares } from '../../idle.ts';
import { heldMemory } from '../../meter.ts';
import { warmedUp, type RivalScenario } from '../scenario.ts';

export const idle: RivalScenario = {
  summary: 'a system that has nothing to do, after the warm-up',
  async run(life) {
    await warmedUp(life);
    const parts = life.parts();
    life.progress.step(`${grouped(life.sizes['idle-seconds'])} s of nothing`);
    const { figures } = await idleShares(parts, life.sizes['idle-seconds']);
    return { figures: [...figures, ...heldMemory(parts)], notes: [] };
  },
};
