import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { readSpec } from '../../src/http/spec.ts';
import { TestCalls } from '../../src/http/test-calls.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { hostileText, invalid, isAnything, matches, valid, type Schema } from './generate.ts';
import { send, UNKNOWN_ID, type RawAnswer } from './request.ts';

/**
 * FAST_CHECK_SEED repeats a failed run: its seed is in the failure's message. FAST_CHECK_RUNS asks
 * for more than the usual.
 */
const { FAST_CHECK_SEED: seed, FAST_CHECK_RUNS: runs = '40' } = process.env;
const check = (property: fc.IAsyncProperty<unknown>, share = 1) =>
  fc.assert(property, {
    numRuns: Math.ceil(Number(runs) * share),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });

const database = await freshDatabase(wholeFile);
const log = keepingLog();
// No worker runs here: a test of a webhook is answered without its end.
const testCalls = new TestCalls(database.pool);
testCalls.stop();
const api = await startApi(wholeFile, database, { log, testCalls });
const agent = new Agent({ keepAlive: true });
wholeFile.after(() => agent.destroy());
const [webhookId = ''] = await addWebhookRows(database.pool, [{}]);
const [deliveryId = ''] = await addDeliveryRows(database.pool, [
  { webhookId, status: 'succeeded' },
]);
const [attemptId = ''] = await addAttemptRows(database.pool, [{ webhookId, deliveryId }]);
const {
  body: { id: operationId },
} = await api.call('POST', '/redeliveries', { filter: { ids: [deliveryId] } });
const eventId = randomUUID();
await database.pool.query(
  `with types as (insert into event_types (name) values ('order.paid'))
   insert into events (id, type, payload, deliveries) values ($1, 'order.paid', '', 0)`,
  [eventId],
);
const known = {
  event_id: eventId,
  webhook_id: webhookId,
  delivery_id: deliveryId,
  delivery_attempt_id: attemptId,
  operation_id: operationId,
  event_type: 'order.paid',
  id: eventId,
};

type Parameter = {
  name: keyof typeof known | 'limit' | 'cursor' | 'metadata.customer';
  in: string;
  schema: Schema;
};
type Response = {
  headers: Record<string, { required?: boolean }>;
  content?: { 'application/json': { schema: Schema } };
};
type Operation = {
  operationId: string;
  method: string;
  path: string;
  query: Parameter[];
  body: Schema | undefined;
  mayLackBody: boolean;
  responses: Record<string, Response>;
};

const CONFLICTS = new Set([
  ...['redeliverDelivery', 'redeliverDeliveries', 'cancelOperation', 'createEventType'],
]);

const operations = operationsOf(readSpec().document);
let requests = 0;

for (const operation of operations) {
  const { operationId, method, path, query, body, responses } = operation;
  // What was done by the first of many calls with one id is not done again.
  const conflict = CONFLICTS.has(operationId) ? [409] : [];
  suite(operationId, () => {
    test('a request that it allows → 2xx, or 404 for an unknown id', async () => {
      await check(
        fc.asyncProperty(
          validQuery(query),
          body ? validBody(body) : fc.constant(undefined),
          fc.boolean(),
          async (pairs, given, isKnown) => {
            // A deletion is of something that is not there: what is there is needed for the other
            // operations.
            const ids = isKnown && method !== 'DELETE' ? known : undefined;
            const answer = await ask(operation, { ids, search: searchOf(pairs), body: given });
            const target = given?.['webhook_id'] ?? ids;
            const expected =
              target === undefined && path.includes('{') && method !== 'DELETE'
                ? [404]
                : [200, 201, 202, 204, 404, ...conflict];
            assert.ok(expected.includes(answer.status), answer.text);
            // Nothing blocks a key here: that is its one answer. A type of events may be none.
            const hasNothing =
              operationId === 'skipOrderingKey' || answer.text.includes('"code":33');
            if (ids !== undefined && path.includes('{'))
              assert.equal(answer.status === 404, hasNothing, answer.text);
          },
        ),
      );
    });

    test('a parameter that breaks a rule, is unknown or given twice → 400 that names it', async () => {
      await check(
        fc.asyncProperty(
          validQuery(query),
          badParameter(query),
          async (pairs, { name, written }) => {
            const others = pairs.filter(([other]) => other !== name);
            await expectNamed(
              await ask(operation, {
                ids: known,
                search: `${searchOf(others)}&${written}`,
                body: sample(body),
              }),
              name,
            );
          },
        ),
      );
    });

    test('an id that is not a UUID → 404 with code 2', async () => {
      if (!path.includes('{')) return;
      const id = fc
        .oneof(
          hostileText,
          fc.uuid().map((uuid) => uuid.slice(1)),
        )
        .filter((text) => !['', '.', '..'].includes(text) && text.isWellFormed())
        .filter((text) => !isNameOfType(text));
      await check(
        fc.asyncProperty(id, async (text) => {
          const answer = await ask(operation, {
            ids: { '*': encodeURIComponent(text) },
            body: sample(body),
          });
          assert.deepEqual(
            [answer.status, (answer.json as { code: number }).code],
            [404, 2],
            answer.text,
          );
        }),
        0.5,
      );
    });

    test('an arbitrary query → 2xx, 400 or 404', async () => {
      const anything = fc.oneof(
        fc.string(),
        fc
          .array(
            fc.constantFrom(
              'limit',
              'status',
              'cursor',
              '=',
              '&',
              '%',
              '%00',
              '[]',
              '+',
              '1',
              ';',
              '%ff',
            ),
            { maxLength: 12 },
          )
          .map((parts) => parts.join('')),
      );
      await check(
        fc.asyncProperty(anything, async (search) => {
          const written = search.replace(/[^\x21-\x7e]|#/g, (character) =>
            encodeURIComponent(character.toWellFormed()),
          );
          const { status, text } = await ask(
            operation,
            { ids: known, search: written, body: sample(body) },
            method === 'DELETE' ? UNKNOWN_ID : undefined,
          );
          assert.ok(status < 300 || [400, 404, ...conflict].includes(status), text);
        }),
        0.5,
      );
    });

    if (body === undefined) return;

    test('a field that breaks a rule → 400 that names it, and nothing is stored', async () => {
      const before = await stored();
      for (const [name, schema] of Object.entries(body.properties ?? {})) {
        if (isAnything(schema)) continue;
        await check(
          fc.asyncProperty(validBody(body), invalid(schema), async (given, value) => {
            await expectNamed(
              await ask(operation, { ids: known, body: { ...given, [name]: value } }),
              name,
            );
          }),
          0.7,
        );
      }
      assert.deepEqual(await stored(), before);
    });

    test('a field that is missing or unknown → 400 that names it', async () => {
      for (const name of body.required ?? []) {
        const { [name]: _left, ...rest } = sample(body) ?? {};
        await expectNamed(await ask(operation, { ids: known, body: rest }), name);
      }
      // A document of OpenAPI has members that are not looked at.
      if (body.additionalProperties !== false) return;
      const unknown = fc
        .string({ minLength: 1 })
        .filter((name) => !Object.hasOwn(body.properties ?? {}, name) && /^[\w-]+$/.test(name));
      await check(
        fc.asyncProperty(validBody(body), unknown, fc.jsonValue(), async (given, name, value) => {
          const fields = Object.entries(given).map(([field, one]) => member(field, one));
          const written = `{${[...fields, member(name, value)].join(',')}}`;
          await expectNamed(await ask(operation, { ids: known, raw: written }), name);
        }),
      );
    });

    test('an arbitrary body → 400, and no media type but JSON is read', async () => {
      const broken = fc.tuple(fc.nat(), hostileText).map(([at, text]) => {
        const whole = JSON.stringify(sample(body));
        return Buffer.from(`${whole.slice(0, at % whole.length)}${text}`);
      });
      const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
      const documents = fc
        .jsonValue()
        .filter((value) => !matches(body, value))
        .map((value) => Buffer.from(JSON.stringify(value)));
      const refused = fc
        .oneof(broken, bytes, documents)
        .filter((raw) => (raw.length === 0 ? !operation.mayLackBody : !isBodyOf(body, raw)));
      await check(
        fc.asyncProperty(refused, async (raw) => {
          const { status, text } = await ask(operation, { ids: known, raw });
          assert.equal(status, 400, text);
        }),
        2,
      );
      await check(
        fc.asyncProperty(fc.string({ unit: 'grapheme-ascii' }), async (type) => {
          const { status, text } = await ask(operation, {
            ids: known,
            body: sample(body),
            type: `x${type.trim()}`,
          });
          assert.equal(status, 415, text);
        }),
        0.5,
      );
    });

    test('each failure that is documented → has a Problem as its body', () => {
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) >= 400)
          assert.deepEqual(
            content?.['application/json'].schema.required,
            ['code', 'message'],
            status,
          );
      }
    });
  });
}

test('all of these requests → there were thousands, and nothing in the log needs attention', () => {
  assert.ok(requests > 1000, `${requests} requests`);
  assert.deepEqual(
    log.lines.filter(({ level }) => level !== 'info'),
    [],
  );
});

type Asked = {
  /** Ids for the path; without them one that nothing has. `*` stands for all. */
  ids?: Record<string, string> | undefined;
  search?: string;
  body?: Record<string, unknown> | undefined;
  raw?: string | Buffer;
  type?: string;
};

/**
 * Asks, and checks the answer against what the document says of this operation: status, headers and
 * body.
 */
async function ask(
  operation: Operation,
  { ids = {}, search = '', body, raw, type = 'application/json' }: Asked,
  instead?: string,
): Promise<RawAnswer> {
  requests += 1;
  const { method, responses } = operation;
  const path = operation.path.replace(
    /\{(\w+)\}/g,
    (_all, name: string) => instead ?? ids[name] ?? ids['*'] ?? UNKNOWN_ID,
  );
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const content = sent === undefined ? {} : { headers: { 'Content-Type': type }, body: sent };
  const answer = await send(method, `${api.url}/v1${path}${search === '' ? '' : `?${search}`}`, {
    agent,
    ...content,
  });
  assert.ok(answer.status < 500, answer.text);
  const response =
    responses[answer.status] ?? assert.fail(`${answer.status} is not documented: ${answer.text}`);
  for (const [name, { required }] of Object.entries(response.headers))
    assert.ok(
      required === false || answer.headers[name.toLowerCase()] !== undefined,
      `${name} is missing`,
    );
  const schema = response.content?.['application/json'].schema;
  if (schema === undefined) assert.equal(answer.text, '');
  else
    assert.ok(
      matches(schema, answer.json),
      `the body is not as documented: ${answer.text.slice(0, 500)}`,
    );
  return answer;
}

/** A member of an object in JSON, whatever its name. */
function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
}

function isBodyOf(schema: Schema, raw: Buffer): boolean {
  try {
    return matches(schema, JSON.parse(raw.toString()));
  } catch {
    return false;
  }
}

async function expectNamed(answer: RawAnswer, name: string): Promise<void> {
  const { code, details } = answer.json as { code: number; details?: string };
  assert.deepEqual([answer.status, code], [400, 4], `${name}: ${answer.text}`);
  // The validator does not say in which object a field with an empty name is.
  const starts = [`${name}:`, `${name}.`, `${name}[`, '"": is not a known field'];
  assert.ok(
    starts.some((start) => details?.startsWith(start)),
    `${name}: ${details}`,
  );
}

type Pair = [name: string, value: string];

/** Which of these times go together is a question of statistics, and tested with them. */
const OF_STATISTICS = new Set<string>(['from', 'to']);

function validQuery(all: Parameter[]): Arbitrary<Pair[]> {
  const parameters = all.filter(({ name }) => !OF_STATISTICS.has(name));
  const each = parameters.map(({ name, schema }) =>
    fc.option(
      valid(schema).map((value): Pair => [name, String(value)]),
      { nil: undefined },
    ),
  );
  return fc.tuple(...each).map((pairs) => pairs.filter((pair) => pair !== undefined));
}

function searchOf(pairs: Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
}

/** What JavaScript reads as numbers, and we do not. */
const NUMBER_LIKE = [
  '1e1',
  '0x10',
  '1.0',
  '+2',
  ' 2',
  '2 ',
  '\t2',
  '1_0',
  '0b1',
  '٣',
  'Infinity',
  '.5',
  '1n',
];

/** One fault in a query, and the name that the refusal must give. */
function badParameter(parameters: Parameter[]): Arbitrary<{ name: string; written: string }> {
  const unknown = fc.tuple(
    fc.stringMatching(/^[a-z_]{1,20}$/),
    hostileText.map((text) => text.toWellFormed()),
  );
  const faults = [
    unknown
      .filter(([name]) => !parameters.some((parameter) => parameter.name === name))
      .map(([name, value]) => ({ name, written: searchOf([[name, value]]) })),
  ];
  for (const { name, schema } of parameters) {
    const wrong = fc
      .oneof(
        hostileText,
        fc.integer().map(String),
        invalid(schema).map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
        fc.constantFrom(...NUMBER_LIKE),
      )
      .map((text) => text.toWellFormed());
    faults.push(
      wrong
        .filter((text) => !isParameter(schema, text))
        .map((value) => ({ name, written: searchOf([[name, value]]) })),
      valid(schema).map((value) => ({
        name,
        written: searchOf([
          [name, String(value)],
          [name, String(value)],
        ]),
      })),
    );
  }
  return fc.oneof(...faults);
}

/** Whether a parameter's text is a value of its schema. */
function isParameter(schema: Schema, text: string): boolean {
  if (schema.type === 'integer') return /^-?\d+$/.test(text) && matches(schema, Number(text));
  if (schema.type === 'boolean') return text === 'true' || text === 'false';
  return matches(schema, text);
}

function validBody(schema: Schema): Arbitrary<Record<string, unknown>> {
  const target = fc.constantFrom(known.webhook_id, UNKNOWN_ID);
  const body = valid(schema) as Arbitrary<Record<string, unknown>>;
  // The description says in words what no format can: a pause ends in the future.
  const soon = new Date(Date.now() + 86_400_000).toISOString();
  return fc
    .tuple(body, target)
    .map(([given, id]) => ({
      ...given,
      ...('webhook_id' in given ? { webhook_id: id } : {}),
      ...(typeof given['until'] === 'string' ? { until: soon } : {}),
      ...(given['rate_limit'] ? { rate_limit: { ...A_LIMIT, ...given['rate_limit'] } } : {}),
      ...(given['failing_after'] ? { failing_after: { attempts: 5, seconds: 60 } } : {}),
      ...(needsToken(schema, given) ? { secret_token: 'a-secret' } : {}),
      ...withoutOverlap(schema),
      ...(given['headers'] ? { headers: plainHeaders(schema, given['headers']) } : {}),
      ...(given['metadata'] ? { metadata: fewPairs(schema, given['metadata']) } : {}),
      ...('compatibility' in given || 'schema' in given ? anySchema : {}),
      ...(given['auth'] ? { auth: { type: 'bearer', token: 'a-token' } } : {}),
      ...(typeof given['send_at'] === 'string' ? scheduled : {}),
      ...(Array.isArray(given['events']) ? { events: given['events'].map(asEvent) } : {}),
      ...('type' in given && 'payload' in (schema.properties ?? {}) ? asEvent(given) : {}),
      ...(Array.isArray(given['deliveries']) ? { deliveries: ofWebhook(given, id) } : {}),
    }))
    .filter(isFit);
}

/** An event of a type that there is, or is not, with times that fit together. */
function asEvent(given: Record<string, unknown>): object {
  return {
    ...given,
    ...(String(given['type']).length % 2 === 0 ? { type: 'order.paid' } : {}),
    ...(typeof given['send_at'] === 'string' ? scheduled : {}),
    ...('payload' in given ? { payload: withExactNumbers(given['payload']) } : {}),
  };
}

/** Others are refused, as the description says in words. */
function withExactNumbers(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload), (_key, value: unknown) =>
    typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? 0 : value,
  );
}

/** Any payload fits it, and it may follow any other one. */
const anySchema = { schema: {}, compatibility: 'none' };

/** What is the name of an event type is not an id that nothing can have. */
function isNameOfType(text: string): boolean {
  return /^[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(text);
}

/** The deliveries of a batch, all for one webhook, with times that fit together. */
function ofWebhook({ deliveries }: Record<string, unknown>, webhook_id: string): object[] {
  return (deliveries as { send_at?: unknown }[]).map((one) => ({
    ...one,
    ...(typeof one.send_at === 'string' ? scheduled : {}),
    webhook_id,
  }));
}

/** The descriptions say in words how far ahead a time may be, and which of two is the first. */
const scheduled = {
  send_at: new Date(Date.now() + 86_400_000).toISOString(),
  expires_at: '2126-11-24T16:26:01Z',
};

/** A webhook that signs as Standard Webhooks has it, maybe since another request, has a token. */
function needsToken(schema: Schema, { secret_token: token }: Record<string, unknown>): boolean {
  return schema.properties?.['secret_token'] !== undefined && (token ?? '') === '';
}

/** More than three secrets cannot overlap, and no two are the same. */
function withoutOverlap(schema: Schema): { overlap_seconds?: 0; secret_token?: null } {
  return schema.properties?.['overlap_seconds'] ? { overlap_seconds: 0, secret_token: null } : {};
}

/** What a PATCH leaves out of a rate limit has to be there before. */
const A_LIMIT = { count: 100_000, per_seconds: 1, burst: null };

/**
 * Names as they are generated; the description says in words which values a header may have. Those
 * of each PATCH come to the ones before, and would become too many.
 */
function plainHeaders({ required }: Schema, headers: object): Record<string, string> {
  if (required === undefined) return { 'X-Own': 'a value' };
  return Object.fromEntries(Object.keys(headers).map((name) => [name, 'a value']));
}

/** Pairs of each PATCH come to the ones before as well: there they have names that come again. */
function fewPairs({ required }: Schema, metadata: object): object {
  if (required !== undefined) return metadata;
  return Object.fromEntries(Object.values(metadata).map((value, i) => [`pair ${i}`, value]));
}

/** What the description says in words, as no schema can. */
function isFit({ rate_limit: limit }: Record<string, unknown>): boolean {
  const { count = 0, burst } = (limit ?? {}) as { count?: number; burst?: number | null };
  return (burst ?? 0) <= count;
}

/** One valid body, always the same. */
function sample(schema: Schema | undefined): Record<string, unknown> | undefined {
  if (schema === undefined) return undefined;
  const required = validBody({ ...schema, properties: onlyRequired(schema) });
  return { ...fc.sample(required, { numRuns: 1, seed: 1 })[0], ...withoutOverlap(schema) };
}

function onlyRequired({ required = [], properties = {} }: Schema): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name)));
}

async function stored(): Promise<unknown> {
  const { rows } = await database.pool.query(
    'select (select count(*) from webhooks) as webhooks, (select count(*) from deliveries) as deliveries',
  );
  return rows[0];
}

/** The operations below /v1, with every reference in them resolved. */
/** One member stands for an object, whose members are parameters. */
function oneOfObject(parameter: Parameter): Parameter {
  const { additionalProperties } = parameter.schema;
  if (typeof additionalProperties !== 'object') return parameter;
  return { ...parameter, name: 'metadata.customer', schema: additionalProperties };
}

function operationsOf(document: object): Operation[] {
  const resolve = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref } = node as { $ref?: string };
    if ($ref === undefined)
      return Object.fromEntries(
        Object.entries(node).map(([key, value]) => [key, key === 'examples' ? [] : resolve(value)]),
      );
    return resolve(
      $ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document),
    );
  };
  type Documented = {
    operationId: string;
    parameters?: Parameter[];
    requestBody?: { required?: boolean; content: { 'application/json': { schema: Schema } } };
    responses: Record<string, Response>;
  };
  const { paths } = resolve({ paths: (document as { paths: object }).paths }) as {
    paths: Record<string, Record<string, Documented>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    ['get', 'post', 'put', 'patch', 'delete'].flatMap((method) => {
      const found = item[method];
      if (found === undefined || ['/healthz', '/metrics'].includes(path)) return [];
      // A cursor is right for one list with its filters alone: test/http/lists.test.ts has it.
      const query = (found.parameters ?? [])
        .filter(({ in: place, name }) => place === 'query' && name !== 'cursor')
        .map(oneOfObject);
      const body = found.requestBody?.content['application/json'].schema;
      return [
        {
          operationId: found.operationId,
          method: method.toUpperCase(),
          path,
          query,
          body,
          mayLackBody: found.requestBody?.required !== true,
          responses: found.responses,
        },
      ];
    }),
  );
}
