import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { call, createWebhook } = await startApi(wholeFile, database);

const metadata = { of: 'states' };
const STATES = ['healthy', 'failing', 'recovering', 'paused', 'inactive'] as const;
const made = [];
for (const state of STATES)
  made.push(await createWebhook({ name: `is ${state}`, active: state !== 'inactive', metadata }));
await createWebhook({ name: 'has no state', metadata });
const [healthy, failing, recovering, paused, inactive] = made.map(({ id }) => id);
await database.pool.query(
  `insert into webhook_states (webhook_id, state, failing_since, paused_until) values
     ($1, 'healthy', null, now() - interval '1 minute'),
     ($2, 'failing', now(), 'infinity'),
     ($3, 'recovering', now(), null),
     ($4, 'recovering', now(), 'infinity'),
     ($5, 'failing', now(), 'infinity')`,
  [healthy, failing, recovering, paused, inactive],
);

suite('webhooks by state', () => {
  for (const state of STATES)
    test(`${state} → those that the API shows so`, async () => {
      const expected = state === 'healthy' ? ['has no state', 'is healthy'] : [`is ${state}`];
      assert.deepEqual(await names(`state=${state}&metadata.of=states`), expected);
    });

  test('with active=false → only one that is inactive', async () => {
    assert.deepEqual(await names('state=inactive&active=false'), ['is inactive']);
    assert.deepEqual(await names('state=failing&active=false'), []);
  });

  test('another state → refused by name', async () => {
    const { status, body } = await call('GET', '/webhooks?state=broken');
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.details, /^state: /);
  });
});

suite('webhooks by a part of their name', async () => {
  for (const name of ['Zoë & Söhne', '100%', 'under_score', 'back\\slash', 'ΑΒΓ'])
    await createWebhook({ name });
  const CASES = [
    ['zoë', ['Zoë & Söhne']],
    ['SÖHNE', ['Zoë & Söhne']],
    ['& s', ['Zoë & Söhne']],
    ['αβ', ['ΑΒΓ']],
    ['%', ['100%']],
    ['_', ['under_score']],
    ['\\', ['back\\slash']],
    ['nobody', []],
  ] as const;
  for (const [part, expected] of CASES)
    test(`${part} → ${expected.join() || 'none'}`, async () =>
      assert.deepEqual(await names(`name=${encodeURIComponent(part)}`), expected));

  test('page by page → each once; a cursor of another name is refused', async () => {
    const first = await call('GET', '/webhooks?name=is&limit=2');
    const { next_cursor: cursor } = first.body;
    const second = await call('GET', `/webhooks?name=is&limit=10&cursor=${cursor}`);
    const all = [...first.body.webhooks, ...second.body.webhooks];
    assert.deepEqual(
      all.map(({ name }) => name),
      ['is failing', 'is healthy', 'is inactive', 'is paused', 'is recovering'],
    );
    const other = await call('GET', `/webhooks?name=of&cursor=${cursor}`);
    assert.deepEqual([other.status, other.body.code], [400, 4]);
  });

  test('empty, or with a NUL → refused by name', async () => {
    for (const value of ['', '%00']) {
      const { status, body } = await call('GET', `/webhooks?name=${value}`);
      assert.equal(status, 400);
      assert.match(body.details, /^name: /);
    }
  });
});

test('webhooks by a type of events → those with a pattern that matches it', async () => {
  const PATTERNS = [['order.paid'], ['order.*'], ['order.**'], ['**'], ['*'], ['order.sent']];
  for (const patterns of PATTERNS)
    await createWebhook({ name: `to ${patterns.join()}`, event_types: patterns });
  assert.deepEqual(await names('event_type=order.paid'), [
    'to **',
    'to order.*',
    'to order.**',
    'to order.paid',
  ]);
  assert.deepEqual(await names('event_type=order'), ['to *', 'to **']);
  const { status, body } = await call('GET', '/webhooks?event_type=order.*');
  assert.equal(status, 400);
  assert.match(body.details, /^event_type: /);
});

async function names(query: string): Promise<string[]> {
  const { status, body } = await call('GET', `/webhooks?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.webhooks.map(({ name }: { name: string }) => name);
}
