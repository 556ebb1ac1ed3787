import { Client } from 'pg';
import type { Place, Shop } from './shop.ts';

/** How many attempts a webhook had in a minute, and how many of 100 were tried again and failed. */
const USUAL: Partial<Record<Place, { attempts: number; retried: number; failed: number }>> = {
  orders: { attempts: 46, retried: 2, failed: 0 },
  warehouse: { attempts: 30, retried: 12, failed: 1 },
  loyalty: { attempts: 28, retried: 9, failed: 4 },
};

/**
 * Gives the shop a day before the minute in which all this has happened: figures, and times that
 * are farther apart.
 */
export async function addPast(databaseUrl: string, shop: Shop): Promise<void> {
  const client = new Client(databaseUrl);
  await client.connect();
  try {
    await client.query('begin');
    for (const [place, { attempts, retried, failed }] of Object.entries(USUAL))
      for (const step of ['minute', 'hour'] as const)
        await addFigures(client, step, {
          ...{ id: shop[place as Place].id, retried, failed },
          attempts: step === 'minute' ? attempts : attempts * 60,
        });
    await sumUp(client);
    await spread(client);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

type Figures = { id: string; attempts: number; retried: number; failed: number };

/** An hour of minutes, or a week of hours; more by day than by night, and worse at times. */
async function addFigures(
  client: Client,
  step: 'minute' | 'hour',
  { id, attempts, retried, failed }: Figures,
): Promise<void> {
  await client.query(
    `insert into statistics_${step}s
       (webhook_id, at, accepted, attempts, succeeded, failed, retried,
       ms_20, ms_50, ms_75, ms_100, ms_200, ms_500)
     select $1, at, sent - tried, sent, sent - tried - lost, lost, tried, sent / 10,
       sent * (10 - worse) / 20, sent / 5, sent / 10, sent * worse / 20, sent * worse / 60
     from (
       select at, worse, sent, (sent * $3 * worse / 100)::integer as tried,
         (sent * $4 * worse / 100)::integer as lost
       from (
         select date_trunc($5, now()) - n * ('1 ' || $5)::interval as at,
           ($2 * (1 + 0.3 * sin(n * 0.9) + 0.25 * sin(n * 0.23)))::integer as sent,
           case when n between 21 and 27 then 3 else 1 end as worse
         from generate_series(0, $6::integer) n
       ) one
     ) two
     on conflict (webhook_id, at) do update
     set accepted = excluded.accepted, attempts = excluded.attempts, succeeded = excluded.succeeded,
       failed = excluded.failed, retried = excluded.retried, ms_20 = excluded.ms_20,
       ms_50 = excluded.ms_50, ms_75 = excluded.ms_75, ms_100 = excluded.ms_100,
       ms_200 = excluded.ms_200, ms_500 = excluded.ms_500`,
    [id, attempts, retried, failed, step, step === 'minute' ? 59 : 167],
  );
}

/** The nil UUID has the figures of all webhooks together. */
async function sumUp(client: Client): Promise<void> {
  const columns = ['accepted', 'attempts', 'succeeded', 'failed', 'retried'];
  const all = [...columns, 'ms_20', 'ms_50', 'ms_75', 'ms_100', 'ms_200', 'ms_500'];
  for (const table of ['statistics_minutes', 'statistics_hours'])
    await client.query(
      `insert into ${table} (webhook_id, at, ${all.join(', ')})
       select '00000000-0000-0000-0000-000000000000', at, ${all.map((one) => `sum(${one})`).join(', ')}
       from ${table}
       where webhook_id <> '00000000-0000-0000-0000-000000000000'
       group by at
       on conflict (webhook_id, at) do nothing`,
    );
}

/** Moves what has happened back in time: each delivery by 41 seconds more. */
async function spread(client: Client): Promise<void> {
  await client.query(`
    create temporary table moved on commit drop as
    select id, created_at,
      row_number() over (order by created_at desc) * interval '41 seconds' as by
    from deliveries where ordering_key is null`);
  await client.query(`
    update delivery_tags t set created_at = t.created_at - by
    from moved where moved.id = delivery_id`);
  await client.query(`
    update deliveries d set created_at = d.created_at - by, updated_at = d.updated_at - by
    from moved where moved.id = d.id`);
  await client.query(`
    update delivery_attempts a set created_at = a.created_at - by
    from moved where moved.id = delivery_id`);
  await client.query(`
    update webhook_states set failing_since = failing_since - interval '38 minutes',
      failures_since = failures_since - interval '39 minutes'`);
  await client.query(`
    update webhooks set deactivated_at = deactivated_at - interval '3 hours'
    where deactivated_at is not null`);
}
