import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { FRACTIONS, parseJson } from '../../src/http/middleware/json.ts';
import { BadRequest } from '../../src/http/problem.ts';
import { readSpec } from '../../src/http/spec.ts';
import { SETTINGS } from '../setup/settings.ts';

const MIB = 1024 * 1024;

suite('how numbers are written', () => {
  test('whole numbers in digits → as they are', () => {
    const document = { ...SETTINGS, valid_status_codes: [200, 201], offset: -3, zero: 0 };
    assert.deepEqual(parse(JSON.stringify(document)), document);
  });

  test('a fraction or an exponent, anywhere → NaN', () => {
    assert.deepEqual(parse('{"a":3.0,"b":[1,1e1,{"c":-2.5}],"d":"3.0"}'), {
      a: NaN,
      b: [1, NaN, { c: NaN }],
      d: '3.0',
    });
    assert.deepEqual(parse('1E2'), NaN);
  });

  test('a fraction in a field that may have one → as it is, and not in the others', () => {
    assert.deepEqual(parse('{"retry_jitter":0.5,"other":0.5}'), { retry_jitter: 0.5, other: NaN });
  });

  test('the fields that may have fractions → those of type number in the requests of openapi.yaml', () => {
    const { schemas } = readSpec().document.components as { schemas: Record<string, Schema> };
    const inputs = Object.entries(schemas).filter(([name]) => name.endsWith('Input'));
    const numbers = inputs.flatMap(([, { properties = {} }]) =>
      Object.entries(properties).filter(([, { type = [] }]) => [type].flat().includes('number')),
    );
    assert.deepEqual(new Set(numbers.map(([name]) => name)), FRACTIONS);
  });

  test('a fraction as the last of as many status codes as are allowed → NaN all the same', () => {
    const codes = [...Array.from({ length: 499 }, () => 200), '200.0'].join(',');
    const { valid_status_codes } = parse(`{"valid_status_codes":[${codes}]}`) as {
      valid_status_codes: number[];
    };
    assert.deepEqual([valid_status_codes[498], valid_status_codes[499]], [200, NaN]);
  });

  test('no number → the document is parsed once, without a look at each value', (t) => {
    const parsing = watchParse(t);
    parse(JSON.stringify({ webhook_id: 'x', payload: '[1,2.5]' }));
    assert.deepEqual(parsing.revivers, [undefined]);
  });

  test('more values than any valid document has → they are not looked at one by one', (t) => {
    const parsing = watchParse(t);
    parse(`[${'1.0,'.repeat(1000)}1]`);
    assert.deepEqual(parsing.revivers, [undefined]);
  });
});

suite('a body of 1 MiB that is full of values', () => {
  const filled = (item: string) => item.repeat(Math.floor(MIB / item.length));
  const members = Array.from({ length: 90_000 }, (_, i) => `"${i.toString(36)}":1`).join(',');
  const HOSTILE: Record<string, string> = {
    numbers: `[${filled('1,')}1]`,
    'fractions in a field': `{"valid_status_codes":[${filled('2.0,')}1]}`,
    'empty strings': `[${filled('"",')}""]`,
    objects: `[${filled('{},')}{}]`,
    'objects of one member': `[${filled('{"a":1},')}{}]`,
    members: `{${members}}`,
    'members behind good ones': `{"webhook_id":"x","payload":"\\"\\\\",${members}}`,
    'the same member': `{${filled('"a":1,')}"a":1}`,
  };
  for (const [what, body] of Object.entries(HOSTILE)) {
    test(`${what} → refused before it is parsed`, (t) => {
      const parsing = watchParse(t);
      assert.throws(() => parse(body), refusal('invalid', /more values/));
      assert.deepEqual(parsing.revivers, []);
    });
  }

  for (const [what, body] of Object.entries({
    arrays: '['.repeat(MIB / 2) + ']'.repeat(MIB / 2),
    'arrays without an end': '['.repeat(MIB),
    objects: filled('{"a":'),
  })) {
    test(`${what} in each other → refused before it is parsed`, (t) => {
      const parsing = watchParse(t);
      assert.throws(() => parse(body), refusal('malformed', /nested too deeply/));
      assert.deepEqual(parsing.revivers, []);
    });
  }

  test('commas, brackets and quotes within a string → parsed as they are', () => {
    const payload = filled(String.raw`{"a":[1,2,"\\"]},`);
    assert.deepEqual(parse(JSON.stringify({ payload })), { payload });
  });

  test('a string without an end, or with an escape at its end → malformed', () => {
    for (const body of [`"${filled('[,')}`, `"${filled('[,')}\\`])
      assert.throws(() => parse(body), refusal('malformed', /JSON/));
  });
});

type Schema = { properties?: Record<string, { type?: string | string[] }> };

const parse = (text: string) => parseJson(Buffer.from(text));

const refusal = (kind: BadRequest['kind'], words: RegExp) => (error: unknown) =>
  error instanceof BadRequest && error.kind === kind && words.test(error.message);

/** Notes with which reviver each JSON text is parsed. */
function watchParse(t: TestContext): { revivers: unknown[] } {
  const revivers: unknown[] = [];
  const { parse: original } = JSON;
  t.mock.method(JSON, 'parse', (text: string, reviver?: Parameters<typeof original>[1]) => {
    revivers.push(reviver);
    return original(text, reviver) as unknown;
  });
  return { revivers };
}

suite('text that is not JSON', () => {
  const BROKEN: [text: string, message: string][] = [
    ['{"secret_token": hunter2}', "Unexpected token 'h' in JSON"],
    ['{"secret_token": \n"hunter2", "a": \'}', "Unexpected token ''' in JSON"],
    ['hunter2', "Unexpected token 'h' in JSON"],
    ['["hunter2",]', "Unexpected token ']' in JSON"],
    ['["hunter2", "is not valid JSON" ,,', "Unexpected token ',' in JSON"],
    ['{"a": "hunter2', 'Unterminated string in JSON at position 14 (line 1 column 15)'],
    [
      '{"a": "hunter2" "b"}',
      "Expected ',' or '}' after property value in JSON at position 16 (line 1 column 17)",
    ],
    ['{hunter2: 1}', "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    ['{}hunter2', 'Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)'],
    ['{"a": "hunter2\\x"}', 'Bad escaped character in JSON at position 15 (line 1 column 16)'],
  ];
  for (const [text, message] of BROKEN)
    test(`${JSON.stringify(text)} → what is wrong with it, and nothing of it is quoted`, () => {
      assert.throws(() => parse(text), { name: 'BadRequest', kind: 'malformed', message });
    });
});
