import type { Tx } from '../../database/transaction.ts';
import { deactivateWebhooks } from './deactivate.ts';
import {
  foldAll,
  judge,
  type Change,
  type Folded,
  type Health,
  type HealthSettings,
  type Told,
} from './health.ts';
import { heedAnswers, type Asked, type HeededChange } from './heed.ts';
import { keepStates } from '../keep-states.ts';
import type { GateState } from '../webhook-state.ts';

/**
 * What an attempt told about its webhook, what its answer asked for, and what the claim knew of
 * that webhook's state.
 */
export type Telling = { webhookId: string; told: Told; asked?: Asked; state: GateState };

/** A change of the state of a webhook, to be logged after the commit. */
export type ToldChange = (Change & { webhookId: string }) | HeededChange;

/** The same with the health that the batch of attempts left behind. */
export type HealthChange = (Change & { webhookId: string; health: Health }) | HeededChange;

/**
 * Notes what attempts told about their webhooks: their health, and what follows of it, before
 * anybody asks in this transaction what may run. Most batches have nothing to note: then nothing is
 * written, and no statement is sent.
 * @returns what changed.
 */
export async function noteAttempts(tx: Tx, tellings: Telling[]): Promise<HealthChange[]> {
  const noted = Map.groupBy(tellings, ({ webhookId }) => webhookId);
  for (const [id, some] of noted) if (!some.some(isToBeNoted)) noted.delete(id);
  if (noted.size === 0) return [];

  const some = [...noted.values()].flat();
  if (some.some(({ state }) => !state.isKept)) await keepStates(tx, [...noted.keys()]);
  const rows = await lockHealth(tx, [...noted.keys()]);
  const folded = rows.map((row) => {
    const told = noted.get(row.webhookId)?.map((one) => one.told) ?? [];
    return { row, ...foldAll(row.health, told, row) };
  });
  await writeHealth(
    tx,
    folded.filter(({ row, health }) => !isSame(row.health, health)),
  );
  const heeded = await heedAnswers(tx, some.flatMap(askedOf));
  return [...heeded, ...(await deactivated(tx, folded))];
}

/**
 * Judges webhooks by the failures that are noted already, as time has passed since.
 * @returns what changed.
 */
export async function judgeAgain(tx: Tx, ids: string[]): Promise<HealthChange[]> {
  const rows = await lockHealth(tx, ids);
  const judged = rows.map((row) => ({ row, ...judge(row.health, row) }));
  const changed = judged.filter(({ changes }) => changes.length > 0);
  await writeHealth(tx, changed);
  return changed.flatMap(changesOf);
}

function askedOf({ webhookId, asked }: Telling): { webhookId: string; asked: Asked }[] {
  return asked === undefined ? [] : [{ webhookId, asked }];
}

/** A failure always is; a success, where the state is not what successes leave behind. */
function isToBeNoted({ told, state }: Telling): boolean {
  return told.kind === 'failure' || told.probe || (told.kind === 'success' && state.notesSuccess);
}

function isSame(one: Health, other: Health): boolean {
  return (Object.keys(one) as (keyof Health)[]).every((name) => one[name] === other[name]);
}

type HealthRow = { webhookId: string; health: Health; settings: HealthSettings; now: number };

/** Locks the states of webhooks in the order of their ids, and reads them as they are now. */
async function lockHealth(tx: Tx, ids: string[]): Promise<HealthRow[]> {
  const { rows } = await tx.query<Health & HealthSettings & { webhook_id: string; now: number }>(
    `select s.webhook_id, s.state, s.consecutive_failures,
       extract(epoch from s.failures_since)::float8 as failures_since,
       extract(epoch from s.failing_since)::float8 as failing_since,
       extract(epoch from s.last_success_at)::float8 as last_success_at,
       extract(epoch from s.last_failure_at)::float8 as last_failure_at,
       extract(epoch from s.probe_at)::float8 as probe_at, s.probe_pause, s.probe_delivery_id,
       extract(epoch from s.recovering_since)::float8 as recovering_since,
       w.on_failing, w.failing_after, w.deactivate_after,
       extract(epoch from now())::float8 as now
     from webhook_states s join webhooks w on w.id = s.webhook_id
     where s.webhook_id = any ($1::uuid[])
     order by s.webhook_id for update of s`,
    [ids],
  );
  return rows.map(
    ({ webhook_id, on_failing, failing_after, deactivate_after, now, ...health }) => ({
      webhookId: webhook_id,
      health,
      settings: { on_failing, failing_after, deactivate_after },
      now,
    }),
  );
}

type Noted = Folded & { row: HealthRow };

/**
 * A webhook that is failing is looked at when its next probe is due. What comes for one that is
 * recovering is held as its backlog, and released in steps from now on.
 */
async function writeHealth(tx: Tx, noted: Noted[]): Promise<void> {
  if (noted.length === 0) return;
  await tx.query(
    `update webhook_states s
     set state = h.state, consecutive_failures = h.consecutive_failures,
       failures_since = to_timestamp(h.failures_since),
       failing_since = to_timestamp(h.failing_since),
       last_success_at = to_timestamp(h.last_success_at),
       last_failure_at = to_timestamp(h.last_failure_at),
       probe_at = to_timestamp(h.probe_at), probe_pause = h.probe_pause,
       probe_delivery_id = h.probe_delivery_id,
       recovering_since = to_timestamp(h.recovering_since),
       over_window = s.over_window or h.state = 'recovering',
       wake_at = case
         when h.state = 'failing' and h.probe_delivery_id is null then to_timestamp(h.probe_at)
         when h.state <> 'failing' and s.state <> h.state then now()
         else s.wake_at end
     from json_to_recordset($1) as h (webhook_id uuid, state text, consecutive_failures integer,
       failures_since float8, failing_since float8, last_success_at float8,
       last_failure_at float8, probe_at float8, probe_pause integer, probe_delivery_id uuid,
       recovering_since float8)
     where s.webhook_id = h.webhook_id`,
    [JSON.stringify(noted.map(({ row, health }) => ({ webhook_id: row.webhookId, ...health })))],
  );
}

function changesOf({ row: { webhookId }, health, changes }: Noted) {
  return changes.map((change) => ({ webhookId, ...change, health }));
}

async function deactivated(tx: Tx, noted: Noted[]): Promise<HealthChange[]> {
  const changes = noted.flatMap(changesOf);
  const lost = changes.filter(({ kind }) => kind === 'deactivated').map((one) => one.webhookId);
  const done = await deactivateWebhooks(tx, lost, { reason: 'failing' });
  // Each of several failures of a batch may come to it.
  return changes.filter(({ kind, webhookId }) => kind !== 'deactivated' || done.delete(webhookId));
}
