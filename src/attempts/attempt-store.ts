import { fillLongTexts, shortText, type Listed } from '../database/long-text.ts';
import { withNames } from '../database/named-parameters.ts';
import {
  IS_SHOWN,
  listingOf,
  onPage,
  pageValues,
  type Listing,
  type Page,
} from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import { hot } from '../database/statement-names.ts';
import type { Tx } from '../database/transaction.ts';
import { OF_VISIBLE_WEBHOOK } from '../webhooks/webhook-sql.ts';
import type { Attempt } from './attempt.ts';
import { RAW_REQUEST, RAW_REQUEST_BYTES, SHORT_RAW_REQUEST } from './raw-request.ts';

/**
 * Stores attempts with the database's time, with the next statement or the commit. `raw_request` is
 * as `requestTranscript` makes it.
 */
export function insertAttempts(tx: Tx, attempts: Omit<Attempt, 'created_at'>[]): void {
  tx.later(
    `insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response,
       response_status_code, execution_duration, success, probe, error, created_at)
     select attempt.*, now()
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
       $6::integer[], $7::integer[], $8::boolean[], $9::boolean[], $10::text[]) as attempt`,
    [
      attempts.map(({ id }) => id),
      attempts.map(({ webhook_id }) => webhook_id),
      attempts.map(({ delivery_id }) => delivery_id),
      attempts.map(({ raw_request }) => raw_request),
      attempts.map(({ raw_response }) => raw_response),
      attempts.map(({ response_status_code }) => response_status_code),
      attempts.map(({ execution_duration }) => execution_duration),
      attempts.map(({ success }) => success),
      attempts.map(({ probe }) => probe),
      attempts.map(({ error }) => error),
    ],
  );
}

export async function findAttempt(db: Queryable, id: string): Promise<Attempt | undefined> {
  const { rows } = await db.query<Attempt>(
    `select id, webhook_id, delivery_id, ${RAW_REQUEST} as raw_request, raw_response,
       response_status_code, execution_duration, success, probe, error, created_at
     from delivery_attempts attempt
     where id = $1 and ${OF_VISIBLE_WEBHOOK}`,
    [id],
  );
  return rows[0];
}

/** Whether there is such an attempt, of a webhook that is not being removed. */
export async function hasAttempt(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from delivery_attempts where id = $1 and ${OF_VISIBLE_WEBHOOK}`,
    [id],
  );
  return rowCount === 1;
}

/** The latest attempt of a delivery. */
export async function findAttemptOf(
  db: Queryable,
  deliveryId: string,
): Promise<Attempt | undefined> {
  const { rows } = await db.query<Attempt>(
    `select id, webhook_id, delivery_id, ${RAW_REQUEST} as raw_request, raw_response,
       response_status_code, execution_duration, success, probe, error, created_at
     from delivery_attempts attempt
     where delivery_id = $1
     order by created_at desc, id desc limit 1`,
    [deliveryId],
  );
  return rows[0];
}

type Outcome = Pick<Attempt, 'delivery_id' | 'response_status_code' | 'error'>;

/** What the latest attempt of each delivery came to. Those without one are left out. */
export async function findAttemptsOf(db: Queryable, deliveryIds: string[]): Promise<Outcome[]> {
  const { rows } = await db.query<Outcome>(
    `select asked.id as delivery_id, latest.response_status_code, latest.error
     from unnest($1::uuid[]) as asked (id)
     cross join lateral (
       select response_status_code, error from delivery_attempts
       where delivery_id = asked.id
       order by created_at desc, id desc limit 1
     ) as latest`,
    [deliveryIds],
  );
  return rows;
}

/** What the latest attempt of each webhook came to, tests aside. */
export async function findAttemptsOfWebhooks(
  db: Queryable,
  webhookIds: string[],
): Promise<(Outcome & { webhook_id: string })[]> {
  const { rows } = await db.query<Outcome & { webhook_id: string }>(
    `select asked.id as webhook_id, latest.delivery_id, latest.response_status_code, latest.error
     from unnest($1::uuid[]) as asked (id)
     cross join lateral (
       select delivery_id, response_status_code, error from delivery_attempts
       where webhook_id = asked.id
         and not exists (select from deliveries d where d.id = delivery_id and d.test)
       order by created_at desc, id desc limit 1
     ) as latest`,
    [webhookIds],
  );
  return rows;
}

export type LastAttempt = { webhookId: string; tookMs: number; answered: boolean };

/** How the latest attempt of each webhook went, tests aside. Those without one are left out. */
export async function findLastAttempts(
  db: Queryable,
  webhookIds: string[],
): Promise<LastAttempt[]> {
  const { rows } = await db.query<LastAttempt>(
    `select asked.id as "webhookId", latest.execution_duration as "tookMs",
       latest.response_status_code > 0 as answered
     from unnest($1::uuid[]) as asked (id)
     cross join lateral (
       select execution_duration, response_status_code from delivery_attempts
       where webhook_id = asked.id
         and not exists (select from deliveries d where d.id = delivery_id and d.test)
       order by created_at desc, id desc limit 1
     ) as latest`,
    [webhookIds],
  );
  return rows;
}

/** Why the last attempt that failed did: no complete response came, or one with this status. */
export type LastFailure = Pick<Attempt, 'webhook_id' | 'error' | 'response_status_code'>;

/** The last attempt of each webhook that failed. Those without one are left out. */
export async function findLastFailures(
  db: Queryable,
  webhookIds: string[],
): Promise<Map<string, LastFailure>> {
  const { rows } = await db.query<LastFailure>(
    hot(
      `select latest.* from unnest($1::uuid[]) as asked (id)
       cross join lateral (
         select webhook_id, error, response_status_code from delivery_attempts
         where webhook_id = asked.id and not success
         order by created_at desc, id desc limit 1
       ) as latest`,
      [webhookIds],
    ),
  );
  return new Map(rows.map((row) => [row.webhook_id, row]));
}

export type AttemptFilter = {
  webhookId?: string | undefined;
  deliveryId?: string | undefined;
  success?: boolean | undefined;
};

type Text = 'raw_request' | 'raw_response';

const LONG_TRANSCRIPTS = {
  columns: ['raw_request', 'raw_response'],
  size: `select sum(${RAW_REQUEST_BYTES} + octet_length(raw_response))::float8 as bytes
    from delivery_attempts attempt where id = any ($1::uuid[])`,
  texts: `select id, ${RAW_REQUEST} as raw_request, raw_response
    from delivery_attempts attempt where id = any ($1::uuid[])`,
} as const;

/**
 * Conditions that share out the attempts of a list, so that each part is in the order of an index.
 * The list of all is merged from the two outcomes, as that of deliveries from their statuses. Those
 * of a webhook or a delivery have indexes of their own.
 */
function partsOf({ webhookId, deliveryId, success }: AttemptFilter): string[] {
  if (success !== undefined) return [`success = ${success}`];
  return webhookId === undefined && deliveryId === undefined
    ? ['success', 'not success']
    : ['true'];
}

/** The newest attempts of a part. */
function newestOf(part: string, { webhookId, deliveryId }: AttemptFilter, page: Page): string {
  return `(select id, webhook_id, delivery_id, raw_request, raw_response, response_status_code,
      execution_duration, success, probe, error, created_at
    from delivery_attempts
    where ${part} and ${OF_VISIBLE_WEBHOOK}
      ${webhookId === undefined ? '' : 'and webhook_id = $webhook_id::uuid'}
      ${deliveryId === undefined ? '' : 'and delivery_id = $delivery_id::uuid'} ${onPage(page)}
    order by created_at desc, id desc
    limit $reach::bigint)`;
}

/**
 * The newest first. Payloads are looked up for the rows of the page, not for those that its offset
 * passes over. @throws PageTooLarge
 */
export async function listAttempts(
  db: Queryable,
  filter: AttemptFilter,
  page: Page,
): Promise<Listing<Attempt>> {
  const newest = partsOf(filter).map((part) => newestOf(part, filter, page));
  const { rows } = await db.query<Listed<Attempt, Text>>(
    ...withNames(
      `select id, webhook_id, delivery_id,
         case when ${IS_SHOWN} then ${SHORT_RAW_REQUEST} end as raw_request,
         case when ${IS_SHOWN} then ${shortText('raw_response')} end as raw_response,
         response_status_code, execution_duration, success, probe, error, created_at
       from (
         select id, webhook_id, delivery_id, raw_request, raw_response, response_status_code,
           execution_duration, success, probe, error, created_at
         from (${newest.join(' union all ')}) as newest
         order by created_at desc, id desc
         limit $limit::bigint + 1 offset $offset
       ) as attempt
       order by created_at desc, id desc`,
      { webhook_id: filter.webhookId, delivery_id: filter.deliveryId, ...pageValues(page) },
    ),
  );
  const { items, last } = listingOf(rows, page, ({ created_at: at, id }) => ({ at, id }));
  return { items: await fillLongTexts<Attempt, Text>(db, items, LONG_TRANSCRIPTS), last };
}
