import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

const SCHEMA = {
  type: 'object',
  required: ['order'],
  properties: { order: { type: 'string' }, amount: { type: 'number', minimum: 0.5 } },
};

let count = 0;

/** A type with a name of its own. */
async function created(settings: object = {}): Promise<string> {
  const name = `made.here_${(count += 1)}`;
  const { status, body } = await api.call('POST', '/event-types', { name, ...settings });
  assert.equal(status, 201, JSON.stringify(body));
  return name;
}

const patch = (name: string, body: object) => api.call('PATCH', `/event-types/${name}`, body);

suite('creating an event type', () => {
  test('all members → stored as they were given, numbers with fractions among them', async () => {
    const given = { description: 'd', schema: SCHEMA, example: { order: 'A', amount: 1.5 } };
    const name = await created(given);
    const { body, headers } = await api.call('GET', `/event-types/${name}`);
    const { created_at, updated_at, ...others } = body;
    assert.equal(created_at, updated_at);
    assert.deepEqual(others, {
      ...{ name, ...given, compatibility: 'backward', version: 1, archived_at: null },
    });
    assert.match(headers.get('etag') ?? '', /^"\d+-[\w-]{16}"$/);
  });

  test('the name alone → the defaults', async () => {
    const { body } = await api.call('GET', `/event-types/${await created()}`);
    assert.deepEqual(
      [body.description, body.schema, body.example, body.compatibility],
      ['', null, null, 'backward'],
    );
  });

  test('what came out is sent back → it is taken', async () => {
    const name = await created({ schema: true });
    const { body } = await api.call('GET', `/event-types/${name}`);
    assert.equal(
      (await api.call('POST', '/event-types', { ...body, name: `${name}.b` })).status,
      201,
    );
    const { status, body: after } = await patch(name, body);
    assert.deepEqual([status, after.version], [200, 1]);
  });

  test('a name that is taken, also by an archived type → 409', async () => {
    const name = await created();
    const again = () => api.call('POST', '/event-types', { name });
    const expected = {
      code: 34,
      message: 'event type exists',
      details: 'name: there is an event type with this name, archived or not',
    };
    assert.deepEqual((await again()).body, expected);
    await api.call('POST', `/event-types/${name}/archive`);
    assert.deepEqual((await again()).body, expected);
  });

  test('at the same time with one name → one is created', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.call('POST', '/event-types', { name: 'at.once' })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    assert.deepEqual(statuses, [201, ...Array.from({ length: 7 }, () => 409)]);
  });

  const REFUSED: [what: string, body: object, details: string][] = [
    [
      'a reserved name',
      { name: 'openapi.json' },
      'name: openapi.json is the path of the document of all types',
    ],
    [
      'capitals',
      { name: 'Order.paid' },
      'name: must be words of a-z, 0-9 and _ with dots between them, such as order.paid',
    ],
    [
      'a dot at the end',
      { name: 'order.' },
      'name: must be words of a-z, 0-9 and _ with dots between them, such as order.paid',
    ],
    ['a long name', { name: 'a'.repeat(129) }, 'name: must NOT have more than 128 characters'],
    ['a number as schema', { name: 'a', schema: 1 }, 'schema: must be object,boolean'],
    [
      'an unknown type',
      { name: 'a', schema: { properties: { x: { type: 'text' } } } },
      'schema/properties/x/type: must be array, boolean',
    ],
    [
      'a pattern that runs away',
      { name: 'a', schema: { pattern: '(a)\\1' } },
      'schema/pattern: cannot be run in linear time: it refers to a group',
    ],
    [
      'a remote reference',
      { name: 'a', schema: { $ref: 'https://a.example/b' } },
      'schema/$ref: must be # or a JSON Pointer',
    ],
    [
      'a large schema',
      { name: 'a', schema: { enum: ['x'.repeat(65_536)] } },
      'schema: may have at most 65536 bytes as compact JSON',
    ],
    [
      'an example that does not fit',
      { name: 'a', schema: SCHEMA, example: { order: 1 } },
      'example/order: must be a string',
    ],
    [
      'an example that lacks a member',
      { name: 'a', schema: SCHEMA, example: {} },
      'example/order: is required',
    ],
    [
      'a large example',
      { name: 'a', example: 'x'.repeat(65_536) },
      'example: may have at most 65536 bytes',
    ],
    [
      'another compatibility',
      { name: 'a', compatibility: 'forward' },
      'compatibility: must be equal to one of the allowed values',
    ],
  ];
  for (const [what, body, details] of REFUSED)
    test(`${what} → 400 that names the place`, async () => {
      const answer = await api.call('POST', '/event-types', body);
      assert.deepEqual([answer.status, answer.body.code], [400, 4]);
      assert.equal(answer.body.details.slice(0, details.length), details);
    });

  test('JSON that no other request may have → 400, and nothing else', async () => {
    const bodies = [
      `{"name":"a","schema":{"maximum":1e400}}`,
      `{"name":"a","example":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      `{"name":"a","schema":${'{"not":'.repeat(30_000)}true${'}'.repeat(30_000)}}`,
      `{"name":"a","schema":{"properties":{"__proto__":{"type":"string"}}}}`,
    ];
    for (const body of bodies) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await send('POST', `${api.url}/v1/event-types`, { headers, body });
      assert.deepEqual([answer.status, (answer.json as { code: number }).code], [400, 4]);
    }
  });

  test('a schema of 64 KiB → stored', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 1500 }, (_one, i) => [`p${i}`, { type: 'string', minLength: 3 }]),
    );
    await created({ schema: { type: 'object', properties, title: 'x'.repeat(6000) } });
  });
});

suite('changing an event type', () => {
  test('a member → the others stay, and the version too', async () => {
    const name = await created({ schema: SCHEMA, example: { order: 'A' } });
    const { status, body } = await patch(name, { description: 'other' });
    assert.deepEqual(
      [status, body.description, body.schema, body.example, body.version],
      [200, 'other', SCHEMA, { order: 'A' }, 1],
    );
  });

  test('null → the default', async () => {
    const name = await created({ description: 'd', example: 1, compatibility: 'none' });
    const { body } = await patch(name, { description: null, example: null, compatibility: null });
    assert.deepEqual([body.description, body.example, body.compatibility], ['', null, 'backward']);
  });

  test('a schema that takes more → the next version, and it is replaced, not merged', async () => {
    const name = await created({ schema: SCHEMA });
    const schema = { properties: { ...SCHEMA.properties, more: true } };
    const { status, body } = await patch(name, { schema });
    assert.deepEqual([status, body.schema, body.version], [200, schema, 2]);
  });

  const INCOMPATIBLE: [what: string, schema: unknown, pointer: string, message: string][] = [
    [
      'a member removed',
      { ...SCHEMA, properties: { order: { type: 'string' } } },
      '/properties/amount',
      'was removed',
    ],
    [
      'a member narrowed',
      { ...SCHEMA, properties: { ...SCHEMA.properties, order: { type: 'string', maxLength: 5 } } },
      '/properties/order/maxLength',
      'is 5, and is new',
    ],
    [
      'a member newly required',
      { ...SCHEMA, required: ['order', 'amount'] },
      '/properties/amount',
      'is newly required',
    ],
    ['no schema', null, '/properties/order', 'was removed'],
  ];
  for (const [what, schema, pointer, message] of INCOMPATIBLE)
    test(`${what} → 409 that names the place, unless the type says compatibility: none`, async () => {
      const name = await created({ schema: SCHEMA });
      const { status, body } = await patch(name, { schema });
      assert.deepEqual(
        [status, body],
        [
          409,
          {
            code: 36,
            message: 'schema incompatible',
            details: `schema${pointer}: ${message}`,
            pointer,
          },
        ],
      );
      assert.equal((await api.call('GET', `/event-types/${name}`)).body.version, 1);
      const none = await patch(name, { schema, compatibility: 'none' });
      assert.deepEqual([none.status, none.body.version], [200, 2]);
    });

  test('If-Match → 412 where somebody has changed it', async () => {
    const name = await created();
    const { headers } = await api.call('GET', `/event-types/${name}`);
    const ifMatch = { 'If-Match': headers.get('etag') ?? '', 'Content-Type': 'application/json' };
    const change = () =>
      send('PATCH', `${api.url}/v1/event-types/${name}`, {
        headers: ifMatch,
        body: '{"description":"mine"}',
      });
    assert.equal((await change()).status, 200);
    assert.deepEqual((await change()).json, {
      code: 19,
      message: 'precondition failed',
      details: 'If-Match: the event type has been changed meanwhile',
    });
  });

  test('many at the same time → none is lost', async () => {
    const name = await created({ schema: { properties: {} }, compatibility: 'none' });
    const add = async (i: number) => {
      for (;;) {
        const { body, headers } = await api.call('GET', `/event-types/${name}`);
        const schema = { properties: { ...body.schema.properties, [`p${i}`]: true } };
        const { status } = await send('PATCH', `${api.url}/v1/event-types/${name}`, {
          headers: { 'If-Match': headers.get('etag') ?? '', 'Content-Type': 'application/json' },
          body: JSON.stringify({ schema }),
        });
        if (status === 200) return;
        assert.equal(status, 412);
      }
    };
    await Promise.all([1, 2, 3, 4].map(add));
    const { body } = await api.call('GET', `/event-types/${name}`);
    assert.deepEqual(Object.keys(body.schema.properties).toSorted(), ['p1', 'p2', 'p3', 'p4']);
    assert.equal(body.version, 5);
  });

  test('archived and restored, each twice → the first time counts', async () => {
    const name = await created();
    const call = async (verb: string) =>
      (await api.call('POST', `/event-types/${name}/${verb}`)).body;
    const archived = await call('archive');
    assert.ok(archived.archived_at);
    assert.deepEqual(await call('archive'), archived);
    const restored = await call('restore');
    assert.equal(restored.archived_at, null);
    assert.ok(restored.updated_at > archived.updated_at);
    assert.deepEqual(await call('restore'), restored);
  });

  test('a type that is not there → 404 with code 33; what cannot be a name → 404 with code 2', async () => {
    for (const [method, path, body] of [
      ['GET', '/event-types/nothing'],
      ['PATCH', '/event-types/nothing', {}],
      ['POST', '/event-types/nothing/archive'],
      ['POST', '/event-types/nothing/restore'],
    ] as const)
      assert.deepEqual((await api.call(method, path, body)).body.code, 33);
    assert.deepEqual((await api.call('GET', '/event-types/No')).body, {
      code: 2,
      message: 'invalid id',
    });
  });
});

suite('listing event types', () => {
  test('pages → all by name, each once; archived → those alone', async (t) => {
    const own = await freshDatabase(t);
    const other = await startApi(t, own);
    const names = ['a', 'a.b', 'b', 'c_d', 'c.d'];
    for (const name of names) await other.call('POST', '/event-types', { name });
    await other.call('POST', '/event-types/b/archive');
    const list = async (query: string) => {
      const found: string[] = [];
      for (let cursor = ''; ;) {
        const { status, body } = await other.call('GET', `/event-types?limit=2${query}${cursor}`);
        assert.equal(status, 200, JSON.stringify(body));
        found.push(...body.event_types.map((type: { name: string }) => type.name));
        if (body.next_cursor === null) return found;
        cursor = `&cursor=${body.next_cursor}`;
      }
    };
    assert.deepEqual((await list('')).toSorted(), names.toSorted());
    assert.deepEqual(await list('&archived=true'), ['b']);
    assert.deepEqual((await list('&archived=false')).includes('b'), false);
  });

  test('more than 4 MiB of schemas and examples → 400 that asks for fewer', async (t) => {
    const own = await freshDatabase(t);
    const other = await startApi(t, own);
    await own.pool.query(
      `insert into event_types (name, example)
       select 'large_' || i, to_json(repeat('x', 64000)) from generate_series(1, 70) i`,
    );
    const { status, body } = await other.call('GET', '/event-types?limit=70');
    assert.deepEqual(
      [status, body.details],
      [400, 'limit: this page would hold 5 MiB, at most 4 MiB; ask for fewer items'],
    );
    assert.equal((await other.call('GET', '/event-types')).status, 200);
    assert.equal((await other.call('GET', '/event-types/openapi.json')).status, 400);
  });
});
