import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { inOrder } from '../../src/http/middleware/in-order.ts';
import { findOperation } from '../../src/http/middleware/operation.ts';
import type { ValidatedRequest } from '../../src/http/middleware/request-log.ts';
import { send } from './request.ts';

const pass: RequestHandler = (_req, _res, next) => next();
const passLater: RequestHandler = (_req, _res, next) => void setImmediate(next);
const passInPromise: RequestHandler = async (_req, _res, next) => {
  await nextTurn();
  next();
};
const answer: RequestHandler = (_req, res) => void res.end('answered');
const fail = new Error('of a handler');
const throwIt: RequestHandler = () => {
  throw fail;
};
const reject: RequestHandler = () => Promise.reject(fail);
const passOn: RequestHandler = (_req, _res, next) => next(fail);

type Case = [when: string, then: string, handlers: RequestHandler[]];

suite('when handlers are called in order', () => {
  const cases: Case[] = [
    ['all pass', 'nothing', [pass, passLater, passInPromise]],
    ['there are none', 'nothing', []],
    ['one answers', 'answered', [pass, passLater, answer, throwIt]],
    ['one throws', 'failed: of a handler', [pass, throwIt, answer]],
    ['one throws behind one that passes later', 'failed: of a handler', [passLater, throwIt]],
    ['one throws in a promise', 'failed: of a handler', [passInPromise, throwIt, answer]],
    ['the promise of one fails', 'failed: of a handler', [passLater, reject, answer]],
    ['one passes an error on', 'failed: of a handler', [passLater, passOn, answer]],
  ];
  for (const [when, then, handlers] of cases)
    test(`${when} → ${then}`, async (t) => {
      const url = await serve(t, inOrder(handlers));
      assert.equal((await send('GET', url)).text, then);
    });
});

suite('when an operation is looked for', () => {
  const looked: string[] = [];
  const find: RequestHandler = (req: ValidatedRequest, _res, next) => {
    looked.push(`${req.method} ${req.originalUrl}`);
    const [, id] = /^\/things\/(.+)$/.exec(req.path) ?? [];
    req.openapi = {
      openApiRoute: id === undefined ? '/things' : '/things/{id}',
      expressRoute: id === undefined ? '/things' : '/things/:id',
      pathParams: id === undefined ? {} : { id },
      schema: {},
    };
    next();
  };
  const show: RequestHandler = (req: ValidatedRequest, res) => void res.json(req.openapi);

  test('a path without parameters → it is found once for each method', async (t) => {
    const url = await serve(t, inOrder([findOperation([pass, find]), show]));
    const answers = [];
    for (const method of ['GET', 'POST', 'GET', 'POST'])
      answers.push((await send(method, `${url}/things`)).text);
    assert.deepEqual(looked.splice(0), ['GET /things', 'POST /things']);
    assert.equal(new Set(answers).size, 1);
  });

  test('a path with a parameter, or with a query → it is found for each request', async (t) => {
    const url = await serve(t, inOrder([findOperation([pass, find]), show]));
    const paths = ['/things/1', '/things/2', '/things/2', '/things/:id', '/things/:id'];
    for (const path of [...paths, '/things?a=1', '/things?a=1']) {
      const { json } = await send('GET', `${url}${path}`);
      const id = /^\/things\/(.+)$/.exec(path)?.[1];
      assert.deepEqual((json as { pathParams: object }).pathParams, id === undefined ? {} : { id });
    }
    assert.equal(looked.splice(0).length, paths.length + 2);
  });
});

async function serve(t: { after(end: () => void): void }, handler: RequestHandler) {
  const app = express();
  app.use(handler);
  // oxlint-disable-next-line max-params -- because Express knows a handler of errors by its four
  const shown: ErrorRequestHandler = (error: Error, _req, res, _next) =>
    void res.end(`failed: ${error.message}`);
  app.use(shown);
  app.use((_req, res) => void res.end('nothing'));
  const server = app.listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
