import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { patched, patchFrom } from '../../src/ui/form/merge-patch.ts';
import { asRanges, fromRanges } from '../../src/ui/parts/ranges.ts';
import { signaturesOf } from '../../src/ui/webhook/secret-words.ts';
import { settingsInWords } from '../../src/ui/webhook/settings-words.ts';
import { webhook } from '../client/known.ts';

type Members = Record<string, unknown>;

suite('patchFrom', () => {
  const CASES: [from: Members, to: Members, patch: Members][] = [
    [{ a: 1 }, { a: 1 }, {}],
    [{ a: 1, b: 2 }, { a: 3, b: 2 }, { a: 3 }],
    [{ a: 1 }, { a: undefined }, { a: null }],
    [{ a: undefined }, { a: undefined }, {}],
    [{ a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: null, c: 3 } }],
    [{ a: [1, 2] }, { a: [1, 2] }, {}],
    [{ a: [1, 2] }, { a: [2] }, { a: [2] }],
    [{ a: { b: 1 } }, { a: [1] }, { a: [1] }],
    [{ a: {} }, { a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }],
  ];
  for (const [from, to, patch] of CASES)
    test(`${JSON.stringify(from)} to ${JSON.stringify(to)} → ${JSON.stringify(patch)}`, () => {
      assert.deepEqual(patchFrom(from, to), patch);
      assert.deepEqual(
        JSON.parse(JSON.stringify(patched(from, patch))),
        JSON.parse(JSON.stringify(to)),
      );
    });
});

suite('ranges', () => {
  const CASES: [numbers: number[], text: string][] = [
    [[200], '200'],
    [[200, 201], '200, 201'],
    [[202, 200, 201, 410], '200-202, 410'],
    [[], ''],
  ];
  for (const [numbers, text] of CASES)
    test(`${numbers.join(' ')} → ${text}, and back`, () => {
      assert.equal(asRanges(numbers, '-'), text);
      assert.deepEqual(
        fromRanges(text, 500),
        numbers.toSorted((one, other) => one - other),
      );
    });

  for (const text of ['a', '1-', '5-3', '1-9999', '-1', '1.5'])
    test(`${text} → nothing`, () => assert.equal(fromRanges(text, 500), undefined));
});

suite('settingsInWords', () => {
  const CASES: [change: Parameters<typeof webhook>[0], words: RegExp][] = [
    [{ max_delivery_attempts: 1 }, /One attempt, and no retry\./],
    [
      { max_delivery_attempts: 5, retry_min_backoff: 10, retry_max_backoff: 60 },
      /Up to 5 attempts, 10 s to 1 min apart: each wait is twice the one before\./,
    ],
    [
      { max_delivery_attempts: 5, retry_min_backoff: 60, retry_max_backoff: 10 },
      /Up to 5 attempts, 10 s apart\./,
    ],
    [
      { max_delivery_attempts: 9, retry_schedule: [5, 300, 3600] },
      /Up to 9 attempts, after waits of 5 s, 5 min, 1 h; the last wait repeats\./,
    ],
    [{ event_types: null }, /No events, only what is posted for it\./],
    [{ event_types: ['**'] }, /Events of all types/],
    [{ event_types: ['order.*'] }, /Events of the types order\.\*, and what is posted for it\./],
    [{ secret_token: '', signatures: ['hub'] }, /They are not signed\./],
    [{ secret_token: 'x', signatures: ['standard'] }, /signed: Standard Webhooks \(HMAC\)\./],
    [
      { rate_limit: { count: 100, per_seconds: 60, burst: 2 } },
      /100 attempts in 1 min, and 2 at once/,
    ],
    [{ max_concurrency: 1 }, /At most 1 attempt at a time/],
    [{ on_failing: 'hold' }, /held, and one at a time is tried/],
    [{ valid_status_codes: [200, 201, 202] }, /status 200–202 within/],
  ];
  for (const [change, words] of CASES)
    test(`${JSON.stringify(change)} → ${words.source}`, () => {
      const topics = settingsInWords(webhook(change));
      assert.match(topics.flatMap(({ sentences }) => sentences).join(' '), words);
    });
});

suite('signaturesOf', () => {
  const secret = {
    ...{ id: '7c41d0e6-2b58-4f3a-8d97-61e0a4c2b95f', current: true, hub: true },
    ...{ public_key: null, set_at: null, expires_at: null },
  };
  type Signatures = ReturnType<typeof webhook>['signatures'];
  const CASES: [signatures: Signatures, change: Partial<typeof secret>, words: string][] = [
    [['hub'], {}, 'X-Hub-Signature'],
    [['hub'], { hub: false }, ''],
    [['standard'], {}, 'Standard Webhooks (HMAC)'],
    [['hub', 'hub_sha256', 'standard'], { hub: false, current: false }, 'Standard Webhooks (HMAC)'],
    [['standard_ed25519'], {}, ''],
  ];
  for (const [signatures, change, words] of CASES)
    test(`${signatures.join(', ')} and ${JSON.stringify(change)} → ${words || 'none'}`, () => {
      const made = signaturesOf(webhook({ signatures }), { ...secret, ...change });
      assert.equal(made.join(', '), words);
    });
});
