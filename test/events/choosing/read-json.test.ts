import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { readJson } from '../../../src/events/choosing/read-json.ts';
import { TimeSlices } from '../../../src/process/time-slices.ts';

/** So long that it is read step by step. */
const SPACE = ' '.repeat(70_000);

const slices = new TimeSlices();

async function read(text: string): Promise<unknown> {
  try {
    return { value: await readJson(text, slices) };
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return 'a fault';
  }
}

function parsed(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return 'a fault';
  }
}

suite('a long text that is read step by step', () => {
  const texts = [
    ...['', '{', '[', '{}', '[]', '[1,]', '[,1]', '{"a":1,}', '{"a"}', '{"a":}', '{a:1}', '{,}'],
    ...['[1 2]', '[]]', '{}}', '1 1', '"', '"\\"', '"a\nb"', '"a\\nb"', '"\\u00e4"', '"\\x"'],
    ...['01', '-', '-0', '+1', '1.', '.5', '1.5e', '1e5', '1E+5', '1e400', '0x10', 'NaN', '1_0'],
    ...['true', 'tru', 'trueish', 'null', 'nul', 'false', 'Infinity', 'undefined', '\uFEFF1'],
    ...['{"__proto__":{"a":1}}', '{"a":1,"a":2}', '[[[[]]],{"b":[{}]}]', '\u00a01', '"\ud800"'],
    ...['{"constructor":1,"toString":null}', '[{"a":"b"},{"a":["c",{"d":false}]}]', '"\u2028"'],
  ];
  for (const text of texts)
    test(`${JSON.stringify(text)} → what JSON.parse makes of it`, async () => {
      for (const one of [SPACE + text, text + SPACE])
        assert.deepEqual(await read(one), parsed(one));
    });

  test('any JSON → what JSON.parse makes of it', async () => {
    const value = fc.jsonValue({ maxDepth: 6, noUnicodeString: false });
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom('', ' ', '\t'), async (json, indent) => {
        const text = `${JSON.stringify(json, null, indent)}${SPACE}`;
        assert.deepEqual(await read(text), parsed(text));
      }),
      { numRuns: 200 },
    );
  });

  test('any JSON with a fault in it → what JSON.parse makes of it', async () => {
    const fault = fc.constantFrom(...Array.from('{}[],:"\\tn0-.eE \n\0'), '\ud800', '"a"', '1');
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.nat(), fault, async (json, at, wrong) => {
        const whole = JSON.stringify(json);
        const i = at % (whole.length + 1);
        for (const skipped of [0, 1]) {
          const text = `${whole.slice(0, i)}${wrong}${whole.slice(i + skipped)}${SPACE}`;
          assert.deepEqual(await read(text), parsed(text));
        }
      }),
      { numRuns: 300 },
    );
  });
});
