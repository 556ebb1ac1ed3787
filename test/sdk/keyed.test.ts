import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ROOT } from './toolchains.ts';

type Operation = { operationId?: string; parameters?: { $ref?: string }[] };

/** Where each SDK names the operations that it gives a key. */
const FILES = [
  'sdk/typescript/src/idempotency.ts',
  'sdk/python/src/postmand/idempotency.py',
  'sdk/go/idempotency.go',
];

test('the operations that take an Idempotency-Key → each SDK names just these', () => {
  const { paths } = parse(readFileSync(path.join(ROOT, 'openapi.yaml'), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const taking = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .filter(({ parameters }) => parameters?.some(({ $ref }) => $ref?.endsWith('/IdempotencyKey')))
    .map(({ operationId }) => operationId);
  for (const file of FILES) {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    const [list = ''] = /keyed\b[^=]*=.*?['"]\w+['"],?\s*[\]}]/is.exec(text) ?? [];
    const named = Array.from(list.matchAll(/['"](\w+)['"]/g), ([, id]) => id);
    assert.deepEqual(new Set(named), new Set(taking), file);
  }
});
