import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test, type TestContext } from 'node:test';
import { Client } from 'pg';
import {
  ApiError,
  createPostmand,
  enqueue,
  enqueueMany,
  isProblem,
  ProblemCode,
  problemOf,
  TimeoutError,
  verifySignature,
  type Delivery,
  type Postmand,
  type Webhook,
  type WebhookInput,
} from '../../sdk/typescript/dist/index.js';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { TRACEPARENT } from '../setup/trace-contexts.ts';
import { startLive } from './live.ts';

type Vector = {
  name: string;
  secret: string;
  body?: string;
  body_base64?: string;
  signature: string | null;
  valid: boolean;
};

const SECRET = 'my-secret-token';
const NOBODY = '00000000-0000-4000-8000-000000000000';

const live = await startLive(wholeFile);
const postmand = createPostmand({ url: live.url });

function webhookTo(path: string, more: Partial<WebhookInput> = {}): WebhookInput {
  return {
    name: 'Order events',
    url: live.receiver.url + path,
    content_type: 'application/json',
    valid_status_codes: [200],
    secret_token: SECRET,
    active: true,
    max_delivery_attempts: 1,
    delivery_attempt_timeout: 5,
    retry_min_backoff: 1,
    retry_max_backoff: 1,
    ...more,
  };
}

/** The fields that a webhook had in version 2.1. A client in a typed language drops the others. */
function asOfVersion21(webhook: Webhook) {
  const { id, name, url, content_type, valid_status_codes, secret_token, active } = webhook;
  const { max_delivery_attempts, delivery_attempt_timeout } = webhook;
  const { retry_min_backoff, retry_max_backoff, created_at, updated_at } = webhook;
  return {
    ...{ id, name, url, content_type, valid_status_codes, secret_token, active },
    ...{ max_delivery_attempts, delivery_attempt_timeout },
    ...{ retry_min_backoff, retry_max_backoff, created_at, updated_at },
  };
}

const settled = (id: string): Promise<Delivery> =>
  until(`delivery ${id} settled`, async () => {
    const delivery = await postmand.getDelivery({ delivery_id: id });
    return delivery.status !== 'pending' && delivery;
  });

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

suite('the TypeScript SDK', { concurrency: 2 }, () => {
  test('a webhook, a delivery → succeeded, its attempt can be read, and its signature is genuine', async () => {
    const webhook = await postmand.createWebhook(webhookTo('/signed'));
    assert.deepEqual(await postmand.getWebhook({ webhook_id: webhook.id }), webhook);
    const payload = '{"city": "Zürich"}';
    const { id } = await postmand.createDelivery({ webhook_id: webhook.id, payload });
    assert.equal((await settled(id)).status, 'succeeded');

    const [attempt] = (await postmand.listDeliveryAttempts({ delivery_id: id })).delivery_attempts;
    assert.deepEqual([attempt?.success, attempt?.response_status_code], [true, 200]);
    assert.deepEqual(
      await postmand.getDeliveryAttempt({ delivery_attempt_id: attempt?.id ?? '' }),
      attempt,
    );
    const request = live.receiver.received.find(({ path }) => path === '/signed');
    assert.equal(request?.body, payload);
    assert.equal(
      await verifySignature(request.body, request.headers['x-hub-signature'], SECRET),
      true,
    );
  });

  test('a webhook is tested → the delivery and its attempt, with any payload, and while it is inactive', async () => {
    const webhook = await postmand.createWebhook(webhookTo('/tested', { active: false }));
    const payload = '{"success": true}';
    const { delivery, attempt } = await postmand.testWebhook({
      webhook_id: webhook.id,
      body: { payload },
    });
    assert.deepEqual(
      [delivery.test, delivery.status, delivery.payload, attempt?.response_status_code],
      [true, 'succeeded', payload, 200],
    );
    const failing = await postmand.createWebhook(webhookTo('/failing/tested'));
    const tested = await postmand.testWebhook({ webhook_id: failing.id });
    assert.deepEqual([tested.delivery.status, tested.attempt?.success], ['failed', false]);
  });

  test('a webhook is replaced and deleted → as it was sent, then gone', async () => {
    const webhook = await postmand.createWebhook(webhookTo('/'));
    const replaced = await postmand.replaceWebhook({
      webhook_id: webhook.id,
      ...webhook,
      name: 'Other events',
    });
    assert.deepEqual([replaced.name, replaced.secret_token], ['Other events', SECRET]);
    assert.equal(await postmand.deleteWebhook({ webhook_id: webhook.id }), undefined);
    await assert.rejects(postmand.getWebhook({ webhook_id: webhook.id }), (error) =>
      isProblem(error, ProblemCode.webhookNotFound),
    );
  });

  test('a PATCH with the ETag of a GET → changed; with the old ETag → refused with code 19', async () => {
    const rate_limit = { count: 100, per_seconds: 60 };
    const { id } = await postmand.createWebhook(webhookTo('/', { max_concurrency: 7, rate_limit }));
    const { data, headers } = await postmand.getWebhook({ webhook_id: id }, { envelope: true });
    const call = { webhook_id: id, 'If-Match': headers.etag ?? '' };
    const change = { max_concurrency: null, rate_limit: { count: 200 } };
    const patched = await postmand.patchWebhook({ ...call, ...change });
    assert.deepEqual(
      { ...patched, updated_at: '' },
      {
        ...data,
        max_concurrency: null,
        rate_limit: { count: 200, per_seconds: 60, burst: 2 },
        updated_at: '',
      },
    );
    for (const late of [
      () => postmand.patchWebhook({ ...call, active: false }),
      () => postmand.replaceWebhook({ ...call, ...webhookTo('/') }),
      () => postmand.deleteWebhook(call),
    ])
      await assert.rejects(late(), (error) => isProblem(error, ProblemCode.preconditionFailed));
  });

  test('a client of version 2.1 reads a webhook and sends back what it knows → no later setting is lost', async () => {
    const later: Partial<WebhookInput> = {
      max_concurrency: 7,
      rate_limit: { count: 100, per_seconds: 60 },
      retry_schedule: [5, 60],
      retry_jitter: 0.25,
      honor_retry_after: true,
      on_gone: 'deactivate',
      on_failing: 'hold',
      failing_after: { attempts: 9, seconds: 0 },
      deactivate_after: 3600,
      max_delivery_age: 60,
      ordering_on_failure: 'block',
    };
    const webhook = await postmand.createWebhook(webhookTo('/', later));
    const replaced = await postmand.replaceWebhook({
      webhook_id: webhook.id,
      ...asOfVersion21(webhook),
      name: 'Other events',
    });
    const { updated_at: _then, ...expected } = { ...webhook, name: 'Other events' };
    const { updated_at: _now, ...found } = replaced;
    assert.deepEqual(found, expected);
    assert.deepEqual(found.rate_limit, { count: 100, per_seconds: 60, burst: 2 });

    const { rate_limit, ...others } = await postmand.replaceWebhook({
      webhook_id: webhook.id,
      ...asOfVersion21(webhook),
      rate_limit: null,
    });
    assert.equal(rate_limit, null);
    assert.deepEqual(others.retry_schedule, later.retry_schedule);
  });

  test('lists → every item once over all pages, filters hold, and times may have an offset', async () => {
    const good = await postmand.createWebhook(webhookTo('/listed'));
    const bad = await postmand.createWebhook(webhookTo('/failing'));
    const inactive = await postmand.createWebhook(webhookTo('/listed', { active: false }));
    const ids: string[] = [];
    for (const [i, { id: webhook_id }] of [good, good, good, good, good, bad].entries()) {
      ids.push((await postmand.createDelivery({ webhook_id, payload: String(i) })).id);
    }
    for (const id of ids) await settled(id);
    const goodIds = ids.slice(0, 5).toReversed();

    const listed = await all(postmand.listDeliveries.items({ webhook_id: good.id, limit: 2 }));
    assert.deepEqual(
      listed.map(({ id }) => id),
      goodIds,
    );
    const [first, second] = await all(
      postmand.listDeliveries.pages({ webhook_id: good.id, limit: 2 }),
    );
    assert.deepEqual(
      [first, second].map((page) => page?.deliveries.map(({ id }) => id)),
      [goodIds.slice(0, 2), goodIds.slice(2, 4)],
    );
    assert.deepEqual(
      (await postmand.listDeliveries({ webhook_id: bad.id, status: 'failed' })).deliveries.map(
        ({ id }) => id,
      ),
      [ids[5]],
    );
    assert.deepEqual(
      (await postmand.listDeliveries({ webhook_id: bad.id, status: 'succeeded' })).deliveries,
      [],
    );

    const failures = await all(
      postmand.listDeliveryAttempts.items({ webhook_id: bad.id, success: false }),
    );
    assert.deepEqual(
      failures.map(({ response_status_code }) => response_status_code),
      [500],
    );
    // In one page: the tests beside this one make webhooks too, which move others to the next page.
    const idle = await all(
      postmand.listWebhooks.items({ active: false, 'created_at.gte': inactive.created_at }),
    );
    assert.ok(idle.some(({ id }) => id === inactive.id));
    const hourAhead = new Date(Date.parse(good.created_at) + 3_600_000)
      .toISOString()
      .replace('Z', '+01:00');
    const since = await all(
      postmand.listDeliveries.items({ webhook_id: good.id, 'created_at.gte': hourAhead }),
    );
    assert.equal(since.length, 5);
  });

  const errors: [string, number, ProblemCode, (client: Postmand) => Promise<unknown>][] = [
    [
      'a name too short',
      400,
      ProblemCode.requestValidationFailed,
      (client) => client.createWebhook(webhookTo('/', { name: 'x' })),
    ],
    [
      'a limit out of range',
      400,
      ProblemCode.requestValidationFailed,
      (client) => client.listWebhooks({ limit: 0 }),
    ],
    [
      'an id that is none',
      404,
      ProblemCode.invalidId,
      (client) => client.getWebhook({ webhook_id: 'nonsense' }),
    ],
    [
      'an unknown webhook',
      404,
      ProblemCode.webhookNotFound,
      (client) => client.getWebhook({ webhook_id: NOBODY }),
    ],
    [
      'a delivery for an unknown webhook',
      404,
      ProblemCode.webhookNotFound,
      (client) => client.createDelivery({ webhook_id: NOBODY }),
    ],
    [
      'an unknown delivery',
      404,
      ProblemCode.deliveryNotFound,
      (client) => client.getDelivery({ delivery_id: NOBODY }),
    ],
    [
      'an unknown attempt',
      404,
      ProblemCode.deliveryAttemptNotFound,
      (client) => client.getDeliveryAttempt({ delivery_attempt_id: NOBODY }),
    ],
    [
      'a content type other than JSON',
      415,
      ProblemCode.unsupportedMediaType,
      (client) =>
        client.createDelivery(
          { webhook_id: NOBODY },
          { headers: { 'Content-Type': 'text/plain' } },
        ),
    ],
    [
      'a body too large',
      413,
      ProblemCode.requestBodyTooLarge,
      (client) => client.createDelivery({ webhook_id: NOBODY, payload: 'x'.repeat(1024 * 1024) }),
    ],
    [
      'a body that is no JSON',
      400,
      ProblemCode.malformedRequestBody,
      (client) => {
        client.use({ onRequest: (context) => void (context.body = '{') });
        return client.createDelivery({ webhook_id: NOBODY });
      },
    ],
    [
      'a method that the path does not have',
      405,
      ProblemCode.methodNotAllowed,
      (client) => {
        client.use({ onRequest: (context) => void (context.method = 'POST') });
        return client.getWebhook({ webhook_id: NOBODY });
      },
    ],
  ];
  for (const [what, status, code, call] of errors) {
    test(`${what} → ${status} with code ${code}`, async () => {
      await assert.rejects(call(createPostmand({ url: live.url })), (error) => {
        assert.ok(error instanceof ApiError && isProblem(error, code), String(error));
        assert.equal(error.status, status);
        return true;
      });
    });
  }

  test('a field at fault → the details and the text of the error name it', async () => {
    await assert.rejects(postmand.createWebhook(webhookTo('/', { name: 'x' })), (error) => {
      assert.match(problemOf(error)?.details ?? '', /name/);
      assert.match(String(error), /^ApiError: 400 request validation failed: .*name.* \(code 4\)$/);
      return true;
    });
  });

  test('a path that the API does not have → 404 with code 8', async () => {
    const client = createPostmand({ url: `${live.url}/nowhere` });
    await assert.rejects(client.listWebhooks(), (error) =>
      isProblem(error, ProblemCode.routeNotFound),
    );
  });

  test('a service that is busy twice → calls that may be repeated are, after Retry-After', async () => {
    // Its own pauses would be longer than the test may take.
    const client = createPostmand({
      url: `${live.stub.url}/busy-twice/v1`,
      retry: { retryDelay: 3_600_000, jitter: false },
    });
    await client.deleteWebhook({ webhook_id: NOBODY });
    assert.equal(live.stub.count('busy-twice'), 3);
  });

  test('a service that stays busy → the error of the fourth try, and one try where a webhook is created', async () => {
    const client = createPostmand({ url: `${live.stub.url}/busy-reads/v1` });
    await assert.rejects(client.listWebhooks(), (error) =>
      isProblem(error, ProblemCode.serviceUnavailable),
    );
    assert.equal(live.stub.count('busy-reads'), 4);
    const creates = createPostmand({ url: `${live.stub.url}/busy-creates/v1` });
    for (const keys of [{}, { idempotencyKey: 'a' }, { headers: { 'idempotency-key': 'b' } }])
      await assert.rejects(creates.createWebhook(webhookTo('/'), keys), (error) =>
        isProblem(error, ProblemCode.serviceUnavailable),
      );
    assert.deepEqual(live.stub.keys('busy-creates'), [undefined, undefined, undefined]);
  });

  test('a delivery whose answers are lost, cut or refused for the try before → created with one key', async () => {
    const client = createPostmand({
      url: `${live.stub.url}/lossy/v1`,
      retry: { retryDelay: 1 },
    });
    const { id } = await client.createDelivery({ webhook_id: NOBODY });
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.deepEqual(live.stub.keys('lossy'), [id, id, id, id]);
    await client.createDeliveries({ deliveries: [{ webhook_id: NOBODY }] });
    const next = live.stub.keys('lossy')[4] ?? '';
    assert.match(next, /^[0-9a-f]{32}$/);
    assert.notEqual(next, id);
  });

  test('answers that are cut after the service has committed → one delivery', async () => {
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/', { active: false }));
    const client = createPostmand({
      url: `${live.stub.url}/cutting/v1`,
      retry: { retryDelay: 1 },
    });
    const { id } = await client.createDelivery({ webhook_id });
    const { deliveries } = await postmand.listDeliveries({ webhook_id });
    assert.deepEqual([live.stub.count('cutting'), deliveries.map((one) => one.id)], [3, [id]]);
  });

  test('answers to a batch that are cut after the service has committed → its deliveries once', async () => {
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/', { active: false }));
    const client = createPostmand({
      url: `${live.stub.url}/cutting-batch/v1`,
      retry: { retryDelay: 1 },
    });
    const deliveries = [{ webhook_id }, { webhook_id, payload: 'second' }];
    const { ids } = await client.createDeliveries({ deliveries });
    const found = await postmand.listDeliveries({ webhook_id });
    assert.deepEqual(new Set(found.deliveries.map(({ id }) => id)), new Set(ids));
    assert.deepEqual([live.stub.count('cutting-batch'), found.deliveries.length], [3, 2]);
  });

  test('a delivery whose try timed out → created with the key of the caller', async () => {
    const client = createPostmand({
      url: `${live.stub.url}/silent-once/v1`,
      timeout: 200,
      retry: { retryDelay: 1 },
    });
    const own = { idempotencyKey: 'order-1042' };
    await client.createDelivery({ webhook_id: NOBODY }, own);
    assert.deepEqual(live.stub.keys('silent-once'), ['order-1042', 'order-1042']);
    const header = { headers: { 'idempotency-key': 'order-1043' } };
    await client.createDelivery({ webhook_id: NOBODY }, header);
    await client.createDelivery({ webhook_id: NOBODY }, { idempotencyKey: false });
    assert.deepEqual(live.stub.keys('silent-once').slice(2), ['order-1043', undefined]);
  });

  test('a key that is empty → refused by the service, and no other key in its place', async () => {
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/empty-key'));
    await assert.rejects(postmand.createDelivery({ webhook_id }, { idempotencyKey: '' }), (error) =>
      isProblem(error, ProblemCode.requestValidationFailed),
    );
  });

  test('a service that never answers → TimeoutError after each try had its time', async () => {
    const client = createPostmand({
      url: `${live.stub.url}/silent/v1`,
      timeout: 50,
      retry: { retries: 1, retryDelay: 1 },
    });
    await assert.rejects(
      client.listWebhooks(),
      (error) => error instanceof TimeoutError && error.attempt === 2,
    );
  });

  test('an internal error, and an answer that a proxy wrote → ApiError, the latter without a problem', async () => {
    const once = { retries: 0 };
    const broken = createPostmand({ url: `${live.stub.url}/broken/v1`, retry: once });
    await assert.rejects(broken.listWebhooks(), (error) =>
      isProblem(error, ProblemCode.internalServerError),
    );
    const proxy = createPostmand({ url: `${live.stub.url}/proxy/v1`, retry: once });
    await assert.rejects(proxy.listWebhooks(), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.status, problemOf(error)], [502, undefined]);
      return true;
    });
  });

  test('an API key → goes with each request, and nothing names the generator', async () => {
    let calls = 0;
    const apiKey = () => `key-${(calls += 1)}`;
    const client = createPostmand({ url: `${live.stub.url}/fine-keyed/v1/`, apiKey });
    await client.deleteWebhook({ webhook_id: NOBODY });
    await client.deleteDelivery({ delivery_id: NOBODY });
    const requests = live.stub.received.filter(({ path }) => path.startsWith('/fine-keyed/'));
    assert.deepEqual(
      requests.map(({ headers }) => headers.authorization),
      ['Bearer key-1', 'Bearer key-2'],
    );
    assert.deepEqual(
      requests.map(({ path }) => path),
      [`/fine-keyed/v1/webhooks/${NOBODY}`, `/fine-keyed/v1/deliveries/${NOBODY}`],
    );
    assert.ok(
      requests.every(({ headers }) =>
        Object.keys(headers).every((name) => !name.includes('redocly')),
      ),
    );
  });
});

suite('enqueue', { concurrency: 2 }, () => {
  const gone = (id: string) =>
    assert.rejects(postmand.getDelivery({ delivery_id: id }), (error) =>
      isProblem(error, ProblemCode.deliveryNotFound),
    );

  test('in a transaction of pg → a delivery when that commits, and none when it rolls back', async (t) => {
    const pg = await connected(t);
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/enqueued'));
    await pg.query('begin');
    const dropped = await enqueue(pg, { webhook_id });
    await pg.query('rollback');
    await pg.query('begin');
    const expires_at = '2099-01-01T00:00:00Z';
    const delivery = { webhook_id, payload: '{"x": "ü"}', ordering_key: 'customer-7', expires_at };
    const key = { idempotencyKey: 'order-1042' };
    const id = await enqueue(pg, delivery, key);
    assert.equal(await enqueue(pg, delivery, key), id);
    await gone(id);
    await pg.query('commit');
    const { payload, ordering_key } = await postmand.getDelivery({ delivery_id: id });
    assert.deepEqual([payload, ordering_key], [delivery.payload, 'customer-7']);
    await gone(dropped);
  });

  test('traceparent, of one and of many → kept with the deliveries', async (t) => {
    const pg = await connected(t);
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/', { active: false }));
    const traced = { webhook_id, traceparent: TRACEPARENT };
    const ids = [await enqueue(pg, traced), ...(await enqueueMany(pg, [traced, { webhook_id }]))];
    const found = await Promise.all(ids.map((id) => postmand.getDelivery({ delivery_id: id })));
    assert.deepEqual(
      found.map(({ traceparent }) => traceparent),
      [TRACEPARENT, TRACEPARENT, null],
    );
  });

  test('many, with metadata → all with one call, their ids in order', async (t) => {
    const pg = await connected(t);
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/', { active: false }));
    const metadata = { customer: '42', 'order.no': 'ü "1"' };
    const one = await enqueue(pg, { webhook_id, metadata });
    const others = [{ webhook_id, payload: '1', metadata }, { webhook_id }];
    const ids = [one, ...(await enqueueMany(pg, others))];
    const found = await Promise.all(ids.map((id) => postmand.getDelivery({ delivery_id: id })));
    assert.deepEqual(
      found.map(({ payload, metadata: own }) => [payload, own]),
      [
        ['', metadata],
        ['1', metadata],
        ['', {}],
      ],
    );
    assert.deepEqual(await enqueueMany(pg, []), []);
  });

  test('what is refused → the error of pg, of which problemOf gives the code', async (t) => {
    const pg = await connected(t);
    const { id: webhook_id } = await postmand.createWebhook(webhookTo('/enqueued'));
    const key = { idempotencyKey: 'order-1043' };
    await enqueue(pg, { webhook_id }, key);
    const refusals: [number, () => Promise<string>][] = [
      [ProblemCode.requestValidationFailed, () => enqueue(pg, { webhook_id, ordering_key: '.' })],
      [ProblemCode.webhookNotFound, () => enqueue(pg, { webhook_id: NOBODY })],
      [
        ProblemCode.idempotencyKeyReused,
        () => enqueue(pg, { webhook_id, payload: 'another' }, key),
      ],
    ];
    for (const [code, call] of refusals)
      await assert.rejects(call(), (error) => problemOf(error)?.code === code);
    await assert.rejects(pg.query('select 1/0'), (error) => problemOf(error) === undefined);
  });

  async function connected(t: TestContext): Promise<Client> {
    const client = new Client(live.database);
    await client.connect();
    t.after(() => client.end());
    return client;
  }
});

suite('verifySignature', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../sdk/vectors.json', import.meta.url), 'utf8'),
  ) as Vector[];
  for (const { name, secret, body, body_base64, signature, valid } of vectors) {
    test(`${name} → ${valid ? 'genuine' : 'refused'}`, async () => {
      const bytes =
        body === undefined ? Buffer.from(body_base64 ?? '', 'base64') : Buffer.from(body);
      assert.equal(await verifySignature(bytes, signature, secret), valid);
      if (body !== undefined)
        assert.equal(await verifySignature(body, signature ?? undefined, secret), valid);
    });
  }
});
