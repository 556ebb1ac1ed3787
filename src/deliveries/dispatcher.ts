import { atMost } from '../at-most.ts';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createAlarm } from './alarm.ts';
import { createIntake } from './intake.ts';
import { createLanes, type Lanes, type Seat } from './lanes.ts';
import { createLauncher, type Seated } from './launch.ts';
import { createLeases, type Held } from './lease.ts';
import { createLine, type Line } from './line.ts';
import type { ClaimableQueue } from './queue.ts';
import { createRecorder } from './recorder.ts';
import { screen } from './screen.ts';
import type { Sender } from './send.ts';
import { isSuspect } from './suspect.ts';

export type DispatcherParts = { pool: Pool; queue: ClaimableQueue; sender: Sender; metrics: Metrics; log: Log };
export type DispatcherOptions = { slots: number; share: number; pollingIntervalMs: number };

export type Dispatcher = {
  /** There may be something to claim. */
  wake(): void;
  /** Claims nothing more, lets sends in flight finish and be recorded for up to `graceMs`, and hands back the rest. */
  stop(graceMs: number): Promise<void>;
};

/** How long a suspect waits for the sends under way to end before it goes all the same. */
const SOLO_WAIT_MS = 30_000;

/** How long a worker that stops goes on trying to hand back what the database did not take. */
const HAND_BACK_MS = 3000;

/** A suspect flies outside the lanes: nothing else is claimed meanwhile. */
const SOLO_SEAT: Seat = { moveToSlow: () => {}, leave: () => {} };

/** Claims deliveries and sends them, until stopped. */
export function startDispatcher(parts: DispatcherParts, options: DispatcherOptions): Dispatcher {
  const { pool, queue, metrics, log } = parts;
  const { slots, share, pollingIntervalMs } = options;
  const alarm = createAlarm();
  const lanes = createLanes({ slots, share });
  const line = createLine({ capacity: slots, share });
  const intake = createIntake(queue, lanes, line, pollingIntervalMs);
  const leases = createLeases(pool, queue, log);
  const recorder = createRecorder(parts);
  const onSlow = (webhookId: string) => void leases.giveBack(line.remove(webhookId));
  const launcher = createLauncher({ ...parts, record: recorder.record, onSlow, onLanded });
  metrics.onScrape(() => sample(metrics, lanes, line, slots));
  let stopped = false;
  const running = runUntilStopped();

  async function runUntilStopped(): Promise<void> {
    while (!stopped) {
      await turn().catch((error: unknown) => log.error('dispatch.failed', { error }));
      if (!stopped) await alarm.wait(intake.waitMs());
    }
  }

  async function turn(): Promise<void> {
    const askedAt = performance.now();
    const claimed = leases.hold(await intake.claim(), askedAt);
    if (claimed.length > 0) metrics.claimBatch.observe(claimed.length);
    if (stopped) return leases.giveBack(claimed);
    const suspect = claimed.find(({ claim }) => isSuspect(claim));
    if (suspect) return flyAlone(suspect, claimed);
    const { seated, excess } = findSeats(await screen(pool, queue, leases, claimed), lanes, line);
    await Promise.all([launcher.launch(seated), leases.giveBack(excess)]);
  }

  /** Everything else of this worker lands or goes back first, so that a death now is this delivery's doing. */
  async function flyAlone(suspect: Held, claimed: Held[]): Promise<void> {
    await leases.giveBack([...claimed.filter((one) => one !== suspect), ...line.remove()]);
    await launcher.landed(SOLO_WAIT_MS);
    await launcher.launch([{ held: suspect, seat: SOLO_SEAT }]);
    while (leases.has(suspect) && !stopped) await alarm.wait(pollingIntervalMs);
  }

  function onLanded(held: Held): void {
    leases.drop(held);
    intake.freed(held.claim.webhookId);
    alarm.ring();
  }

  return {
    wake() {
      intake.wake();
      alarm.ring();
    },
    async stop(graceMs) {
      const deadline = performance.now() + graceMs;
      stopped = true;
      alarm.ring();
      recorder.hurry();
      // The turn under way may still send what it has claimed. After it nothing new comes, so that all flights are known.
      await atMost(graceMs, running);
      await leases.giveBack(line.remove());
      await launcher.landed(Math.max(0, deadline - performance.now()));
      const left = leases.all();
      for (const { abort } of left) abort.abort();
      if (left.length > 0) log.warn('shutdown.handed_back', { deliveries: left.map(({ claim }) => claim.deliveryId) });
      await leases.giveBack(left);
      await leases.stop(HAND_BACK_MS);
      await running;
    },
  };
}

/** Those first that have waited; a claim without a seat waits in line, and what the line has no room for is too much. */
function findSeats(claimed: Held[], lanes: Lanes, line: Line): { seated: Seated[]; excess: Held[] } {
  const seated = line.seated(lanes);
  const excess: Held[] = [];
  for (const held of claimed) {
    const seat = lanes.seat(held.claim.webhookId);
    if (seat) seated.push({ held, seat });
    else if (!line.add(held)) excess.push(held);
  }
  return { seated, excess };
}

function sample(metrics: Metrics, lanes: Lanes, line: Line, slots: number): void {
  metrics.slots.set({ lane: 'fast' }, slots);
  metrics.slots.set({ lane: 'slow' }, slots);
  metrics.inFlight.set({ lane: 'fast' }, lanes.busy().fast);
  metrics.inFlight.set({ lane: 'slow' }, lanes.busy().slow);
  metrics.waitingInLine.set(line.size());
}
