import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { freshDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { startApi, type Api } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const run = promisify(execFile);

type Json = Record<'webhooks' | 'components', Record<string, object>>;
const PATH = '/event-types/openapi.json';

const TYPES = [
  { name: 'bare' },
  { name: 'customer.deleted', description: 'A customer left.\n\nFor good.', schema: true },
  { name: 'never', schema: false, compatibility: 'none' },
  {
    name: 'order.paid',
    description: 'An order was paid.',
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['order'],
      properties: {
        order: { $ref: '#/$defs/money' },
        parent: { $ref: '#' },
        $ref: { type: 'string' },
        fixed: { enum: [{ $ref: '#/nothing' }] },
      },
      $defs: { money: { type: 'string', pattern: '^[A-Z]-\\d+$' } },
    },
    example: { order: 'A-1', amount: 1.5 },
  },
  {
    name: 'pure.reference',
    schema: { $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'null' } } },
    example: null,
  },
];

async function apiWith(types: object[], t: Cleanup = wholeFile): Promise<Api> {
  const api = await startApi(t, await freshDatabase(t));
  for (const type of types) {
    const { status, body } = await api.call('POST', '/event-types', type);
    assert.equal(status, 201, JSON.stringify(body));
  }
  return api;
}

const documentOf = async (api: Api) => (await api.call('GET', PATH)).body;

async function shown(api: Api): Promise<unknown[]> {
  const { body } = await api.call('GET', '/event-types');
  return body.event_types.map(
    ({ created_at: _created, updated_at: _updated, ...type }: Record<string, unknown>) => type,
  );
}

/** A document with one webhook. */
const documented = (post: object, others: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'Ours', version: '1' },
  webhooks: { 'order.paid': { post } },
  ...others,
});

const withSchema = (schema: unknown, schemas: object = {}) =>
  documented(
    { requestBody: { content: { 'application/json': { schema } } } },
    { components: { schemas } },
  );

suite('the document of all types', async () => {
  const api = await apiWith([...TYPES, { name: 'old' }]);
  await api.call('POST', '/event-types/old/archive');
  const document = await documentOf(api);

  test('redocly → accepts it, but for two things of JSON Schema that it does not know', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postmand-document-'));
    try {
      const file = path.join(folder, 'events.json');
      await writeFile(file, JSON.stringify(withoutUnknown(document)));
      await run('npx', ['redocly', 'lint', file, '--extends=recommended']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a type that is archived → is not in it', () =>
    assert.deepEqual(
      Object.keys(document.webhooks),
      TYPES.map(({ name }) => name),
    ));

  test('references → lead to the component of their type; data stays', () => {
    const { properties } = document.components.schemas['order.paid'];
    assert.deepEqual(properties, {
      order: { $ref: '#/components/schemas/order.paid/$defs/money' },
      parent: { $ref: '#/components/schemas/order.paid' },
      $ref: { type: 'string' },
      fixed: { enum: [{ $ref: '#/nothing' }] },
    });
  });

  test('imported into an empty database → the same types, and the same document', async () => {
    const other = await apiWith([]);
    const { status, body } = await other.call('POST', PATH, document);
    const names = TYPES.map(({ name }) => name);
    assert.deepEqual([status, body], [200, { created: names, updated: [], unchanged: [] }]);
    const old = ({ name }: { name: string }) => name !== 'old';
    assert.deepEqual(await shown(other), ((await shown(api)) as { name: string }[]).filter(old));
    const again = await documentOf(other);
    assert.deepEqual({ ...again, info: 0 }, { ...document, info: 0 });
    assert.deepEqual((await other.call('POST', PATH, again)).body, {
      ...{ created: [], updated: [], unchanged: names },
    });
  });

  test('a type with the name __proto__ → is in it, and is imported', async () => {
    const [one, other] = [await apiWith([]), await apiWith([])];
    const name = '__proto__';
    const { status } = await one.call('POST', '/event-types', { name, schema: { type: 'null' } });
    assert.equal(status, 201);
    const { webhooks, components, ...others } = await documentOf(one);
    assert.deepEqual([Object.keys(webhooks), Object.keys(components.schemas)], [[name], [name]]);
    const { body } = await other.call('POST', PATH, { ...others, webhooks, components });
    assert.deepEqual(body, { created: [name], updated: [], unchanged: [] });
    assert.deepEqual(await shown(other), await shown(one));
  });
});

/** Redocly takes no schema that is a boolean, and no name in `$defs` that has a slash. */
function withoutUnknown({ webhooks, components, ...others }: Json): object {
  const unknown = new Set(['customer.deleted', 'never', 'pure.reference']);
  const known = (members: object) =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !unknown.has(name)));
  return {
    ...others,
    webhooks: known(webhooks),
    components: { schemas: known(components['schemas'] ?? {}) },
  };
}

suite('a document of others', async () => {
  const api = await apiWith([]);

  test('components, references to parts, a summary and examples → one type that stands alone', async () => {
    const { status, body } = await api.call('POST', PATH, {
      openapi: '3.1.0',
      webhooks: { 'by.hand': { $ref: '#/components/pathItems/hand' } },
      components: {
        pathItems: {
          hand: {
            post: { summary: 'By hand', requestBody: { $ref: '#/components/requestBodies/r' } },
          },
        },
        requestBodies: {
          r: {
            content: {
              'application/json': {
                schema: {
                  properties: {
                    one: { $ref: '#/components/schemas/Money' },
                    two: { $ref: '#/components/schemas/Tree/properties/n' },
                  },
                  $defs: { Money: { type: 'null' } },
                },
                examples: { first: { $ref: '#/components/examples/e' } },
              },
            },
          },
        },
        examples: { e: { value: { one: 1.5 } } },
        schemas: {
          Money: { type: 'number' },
          Tree: { properties: { n: { $ref: '#/components/schemas/Tree' } } },
          Unused: { type: 'null' },
        },
      },
    });
    assert.deepEqual([status, body.created], [200, ['by.hand']], JSON.stringify(body));
    const { body: type } = await api.call('GET', '/event-types/by.hand');
    assert.deepEqual([type.description, type.example], ['By hand', { one: 1.5 }]);
    assert.deepEqual(type.schema, {
      properties: { one: { $ref: '#/$defs/Money_2' }, two: { $ref: '#/$defs/Tree/properties/n' } },
      $defs: {
        Money: { type: 'null' },
        Money_2: { type: 'number' },
        Tree: { properties: { n: { $ref: '#/$defs/Tree' } } },
      },
    });
  });

  const REFUSED: [what: string, document: object, status: number, details: string][] = [
    [
      'a name with U+0000',
      { openapi: '3.1.0', webhooks: { 'a\0b': { post: {} } } },
      400,
      'webhooks.a\0b: must be the name of an event type, such as order.paid',
    ],
    [
      'a name that is none',
      { openapi: '3.1.0', webhooks: { 'Order Paid': { post: {} } } },
      400,
      'webhooks.Order Paid: must be the name of an event type, such as order.paid',
    ],
    [
      'the reserved name',
      { openapi: '3.1.0', webhooks: { 'openapi.json': { post: {} } } },
      400,
      'webhooks.openapi.json: name: openapi.json is the path',
    ],
    [
      'no post',
      { openapi: '3.1.0', webhooks: { a: { get: {} } } },
      400,
      'webhooks.a: post: is required',
    ],
    [
      'another media type',
      documented({ requestBody: { content: { 'text/plain': {} } } }),
      400,
      'webhooks.order.paid: post.requestBody.content: must have application/json',
    ],
    [
      'a reference to nowhere',
      withSchema({ $ref: '#/components/schemas/Nothing' }),
      400,
      'webhooks.order.paid: schema: refers to #/components/schemas/Nothing, which is none',
    ],
    [
      'a reference to elsewhere',
      withSchema({ $ref: 'other.yaml#/a' }),
      400,
      'webhooks.order.paid: schema: refers to other.yaml#/a, which is not in components.schemas',
    ],
    [
      'a schema that cannot be used',
      withSchema({ type: 'text' }),
      400,
      'webhooks.order.paid: schema/type: must be array',
    ],
    [
      'a schema that is too large with its parts',
      withSchema(
        { $ref: '#/components/schemas/A', title: 'b' },
        {
          A: { $ref: '#/components/schemas/B', title: 'x'.repeat(40_000) },
          B: { title: 'x'.repeat(40_000) },
        },
      ),
      400,
      'webhooks.order.paid: schema: has more than 65536 bytes with all that it refers to',
    ],
    [
      'another compatibility',
      documented({ 'x-postmand-compatibility': 'some' }),
      400,
      'webhooks.order.paid: post.x-postmand-compatibility: must be backward or none',
    ],
    [
      'OpenAPI 3.0',
      { openapi: '3.0.3', webhooks: {} },
      400,
      'openapi: must be a version of OpenAPI 3.1, such as 3.1.0',
    ],
    ['a document of an API', { openapi: '3.1.0', paths: {} }, 400, 'webhooks: is required'],
    [
      'too many',
      {
        openapi: '3.1.0',
        webhooks: Object.fromEntries(
          Array.from({ length: 1001 }, (_one, i) => [`t${i}`, { post: {} }]),
        ),
      },
      400,
      'webhooks: may have at most 1000 members',
    ],
  ];
  for (const [what, document, status, details] of REFUSED)
    test(`${what} → refused, and names the member`, async () => {
      const { status: given, body } = await api.call('POST', PATH, document);
      assert.deepEqual([given, body.details?.slice(0, details.length)], [status, details]);
    });

  test('one member at fault → nothing of it is done', async (t) => {
    const own = await apiWith([{ name: 'b', schema: { properties: { x: true } } }], t);
    const webhooks = {
      a: { post: {} },
      b: {
        post: { requestBody: { content: { 'application/json': { schema: { properties: {} } } } } },
      },
    };
    const { status, body } = await own.call('POST', PATH, { openapi: '3.1.0', webhooks });
    assert.deepEqual(
      [status, body],
      [
        409,
        {
          code: 36,
          message: 'schema incompatible',
          details: 'webhooks.b: schema/properties/x: was removed',
          pointer: '/properties/x',
        },
      ],
    );
    assert.equal((await own.call('GET', '/event-types/a')).status, 404);
    await own.call('POST', '/event-types/b/archive');
    const archived = await own.call('POST', PATH, { openapi: '3.1.0', webhooks });
    assert.deepEqual(
      [archived.body.code, archived.body.details],
      [35, 'webhooks.b: type: it is archived'],
    );
  });

  test('a type that differs → changed, with its own compatibility and the next version', async (t) => {
    const own = await apiWith(
      [{ name: 'order.paid', schema: { type: 'string' }, compatibility: 'none' }],
      t,
    );
    const { body } = await own.call('POST', PATH, withSchema({ type: 'null' }));
    assert.deepEqual(body, { created: [], updated: ['order.paid'], unchanged: [] });
    const { body: type } = await own.call('GET', '/event-types/order.paid');
    assert.deepEqual(
      [type.schema, type.compatibility, type.version],
      [{ type: 'null' }, 'none', 2],
    );
  });

  test('the same document many times at once → each type once', async (t) => {
    const own = await apiWith([], t);
    const webhooks = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, { post: { description: name } }]),
    );
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => own.call('POST', PATH, { openapi: '3.1.0', webhooks })),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200, 200],
    );
    assert.equal(answers.flatMap(({ body }) => body.created).length, 3);
  });
});
