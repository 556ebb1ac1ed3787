import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send } from './request.ts';

const api = await startApi(wholeFile, await freshDatabase(wholeFile));
const file = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8');

test('/openapi.yaml → the file as it is', async () => {
  const { status, headers, text } = await send('GET', `${api.url}/openapi.yaml`);
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^application\/yaml/);
  assert.equal(text, file);
});

test('/openapi.json, and the path where the reference program had it → the same document', async () => {
  for (const path of ['/openapi.json', '/swagger/doc.json']) {
    const { status, headers, json } = await send('GET', `${api.url}${path}`);
    assert.equal(status, 200);
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.deepEqual(json, parse(file));
  }
});

test('the documentation page → everything that it loads is served, with its type', async () => {
  const page = await send('GET', `${api.url}/swagger/index.html`);
  assert.equal(page.status, 200);
  assert.match(String(page.headers['content-type']), /^text\/html; charset=utf-8/);
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = '']) => path);
  assert.ok(loaded.length >= 4, page.text);
  for (const path of loaded) {
    assert.doesNotMatch(path, /^(https?:)?\/\//, 'nothing from elsewhere');
    const { status, headers, text } = await send(
      'GET',
      new URL(path, `${api.url}/swagger/index.html`).href,
    );
    assert.equal(status, 200, path);
    const type = { css: /^text\/css/, js: /javascript/, png: /^image\/png/ }[
      path.split('.').at(-1) as 'css' | 'js' | 'png'
    ];
    assert.match(String(headers['content-type']), type, path);
    assert.ok(text.length > 50, path);
  }
});

test('the documentation page → its policy lets in only what it needs, and no script within the page', async () => {
  const { headers, text } = await send('GET', `${api.url}/swagger/index.html`);
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1).join(' ')]),
  );
  assert.equal(policy.get('default-src'), `'none'`);
  assert.equal(policy.get('script-src'), `'self'`);
  assert.equal(policy.get('connect-src'), `'self'`);
  assert.equal(policy.get('frame-ancestors'), `'none'`);
  assert.doesNotMatch(text, /<script>|\son\w+=|style=/);
});

test('the page shows the document of this server, but for examples that would be filled in as filters', async () => {
  const { text } = await send('GET', `${api.url}/swagger/init.js`);
  assert.match(text, /url: 'openapi\.json'/);
  type Document = {
    components: { parameters: Record<string, { required?: boolean; example?: unknown }> };
  };
  const shown = (await send('GET', `${api.url}/swagger/openapi.json`)).json as Document;
  const expected = parse(file) as Document;
  for (const parameter of Object.values(expected.components.parameters))
    if (!parameter.required) delete parameter.example;
  expected.components.parameters['MetadataFilter']!.example = {};
  assert.deepEqual(shown, expected);
});

test('/swagger and /swagger/ → lead to the page', async () => {
  for (const path of ['/swagger', '/swagger/']) {
    const { status, headers } = await send('GET', `${api.url}${path}`);
    assert.deepEqual([status, headers.location], [302, '/swagger/index.html']);
  }
});

test('another file of the package, or a way out of it → 404', async () => {
  for (const path of [
    '/swagger/package.json',
    '/swagger/swagger-ui.js',
    '/swagger/..%2f..%2fpackage.json',
    '/swagger/%2e%2e/package.json',
  ]) {
    assert.equal((await send('GET', `${api.url}${path}`)).status, 404, path);
  }
});
