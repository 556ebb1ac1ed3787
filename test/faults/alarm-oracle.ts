import type { Pool } from '../../src/database/pool.ts';

/** What has changed of a webhook, or what was told of it, in a transaction of that time. */
type Told = { type: string; about: string; at: string; count: number };

/**
 * Has the database itself note each change of which an alarm is to tell, in the transaction of the
 * change. Nothing is noted of the alert webhook.
 */
export async function noteChanges(pool: Pool, alertWebhookId: string): Promise<void> {
  await pool.query(
    `create table changes (type text, about text, at timestamptz default now());
     create function note_change(type text, about text, webhook uuid) returns void
       language sql as $$
         insert into changes (type, about)
         select $1, $2 where $3 is distinct from '${alertWebhookId}'
       $$;
     create function note_state() returns trigger language plpgsql as $$
       declare
         was timestamptz := case when tg_op = 'UPDATE' then old.failing_since end;
       begin
         if was is null and new.failing_since is not null then
           perform note_change('webhook.failing', new.webhook_id::text, new.webhook_id);
         elsif was is not null and new.failing_since is null then
           perform note_change('webhook.recovered', new.webhook_id::text, new.webhook_id);
         end if;
         return null;
       end $$;
     create trigger note_state after insert or update on webhook_states
       for each row execute function note_state();
     create function note_webhook() returns trigger language plpgsql as $$
       begin
         if old.active and not new.active and new.deactivated_reason is not null then
           perform note_change('webhook.deactivated', new.id::text, new.id);
         end if;
         return null;
       end $$;
     create trigger note_webhook after update on webhooks
       for each row execute function note_webhook();
     create function note_delivery() returns trigger language plpgsql as $$
       begin
         if new.failed_reason <> 'erased' and not new.test then
           perform note_change('delivery.failed', new.webhook_id::text, new.webhook_id);
         end if;
         if new.is_head then
           perform note_change('ordering_key.blocked', new.id::text, new.webhook_id);
         end if;
         return null;
       end $$;
     create trigger note_delivery after update on deliveries
       for each row when (old.status <> 'failed' and new.status = 'failed')
       execute function note_delivery();
     create function note_operation() returns trigger language plpgsql as $$
       begin
         perform note_change('operation.finished', new.id::text, new.webhook_ids[1]);
         return null;
       end $$;
     create trigger note_operation after update on operations
       for each row when (old.finished_at is null and new.finished_at is not null)
       execute function note_operation();`,
  );
}

/**
 * Compares what has changed with what was told: one alarm for each change that was committed, in
 * its transaction, and none for any other; of deliveries that failed each is counted once. Nothing
 * was told where nobody noted changes.
 */
export async function alarmProblems(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ notes: string | null }>(
    `select to_regclass('changes')::text as notes`,
  );
  if (rows[0]?.notes === null) return [];
  const told = [...(await alarmsIn(pool)), ...(await keptIn(pool))];
  return differences(await changesIn(pool), told);
}

async function changesIn(pool: Pool): Promise<Told[]> {
  const { rows } = await pool.query<Told>(
    `select type, about, case when type <> 'delivery.failed' then at end as at,
       count(*)::integer as count
     from changes group by 1, 2, 3`,
  );
  return rows;
}

async function alarmsIn(pool: Pool): Promise<Told[]> {
  const { rows } = await pool.query<Told>(
    `select type, about, case when type <> 'delivery.failed' then created_at end as at,
       sum(case when type = 'delivery.failed' then (data ->> 'count')::integer else 1 end)::integer
         as count
     from (
       select payload::json ->> 'type' as type, created_at, payload::json -> 'data' as data,
         coalesce(payload::json #>> '{data,operation_id}',
           case when payload::json ->> 'type' = 'ordering_key.blocked'
             then payload::json #>> '{data,delivery_id}'
             else payload::json #>> '{data,webhook_id}' end) as about
       from deliveries where metadata ->> 'type' is not null
     ) as alarm
     where type <> 'queue.behind'
     group by 1, 2, 3`,
  );
  return rows;
}

/** What is to be told with the next look at what has failed. */
async function keptIn(pool: Pool): Promise<Told[]> {
  const { rows } = await pool.query<Told>(
    `select 'delivery.failed' as type, webhook_id::text as about, null as at,
       sum(deliveries)::integer as count
     from alarm_failures group by 2`,
  );
  return rows;
}

function differences(changed: Told[], told: Told[]): string[] {
  const sums = new Map<string, number>();
  const add = ({ type, about, at, count }: Told, sign: number) => {
    const key = `${type} ${about} ${at ?? ''}`;
    sums.set(key, (sums.get(key) ?? 0) + sign * count);
  };
  for (const one of changed) add(one, -1);
  for (const one of told) add(one, 1);
  // One that began and ended an outage in one transaction has changed nothing.
  for (const [key, sum] of sums) {
    const pair = key.replace('webhook.failing', 'webhook.recovered');
    if (pair !== key && sum === 1 && sums.get(pair) === 1) {
      sums.set(key, 0);
      sums.set(pair, 0);
    }
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0)
    .map(([key, sum]) => `${key}: ${sum < 0 ? `LOST ${-sum} alarms` : `${sum} alarms too many`}`);
}
