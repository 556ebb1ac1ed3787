import type { components, paths } from '../http/openapi.d.ts';
import { ApiProblem, Unreachable } from './problem.ts';

/** What the API takes and answers, by the names of openapi.yaml. */
export type Schemas = components['schemas'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that have an operation of this method. */
type PathOf<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends Record<M, object> ? Path : never;
}[keyof paths];

type OperationOf<M extends Method, Path extends PathOf<M>> = paths[Path][M];

type ParametersOf<Operation> = Operation extends { parameters: infer Parameters }
  ? Parameters
  : never;

type BodyOf<Operation> = Operation extends { requestBody?: { content: infer Content } }
  ? Content[keyof Content]
  : never;

type SuccessOf<Operation> = Operation extends { responses: infer Responses }
  ? Responses[Extract<keyof Responses, 200 | 201 | 202>]
  : never;

/** What an operation answers where it succeeds; undefined where that is nothing. */
type AnswerOf<Operation> = [SuccessOf<Operation>] extends [never]
  ? undefined
  : SuccessOf<Operation> extends { content: { 'application/json': infer Json } }
    ? Json
    : undefined;

/** The same parameters, where those that may be left out may be undefined as well. */
type Leaving<Parameters> = {
  [Name in keyof Parameters]: undefined extends Parameters[Name]
    ? Parameters[Name] | undefined
    : Parameters[Name];
};

/** What is sent with a request. A parameter that is undefined is left out. */
type Given<Operation> = {
  [
    Name in 'path' | 'query' | 'header' as Name extends keyof ParametersOf<Operation> ? Name : never
  ]?: Leaving<ParametersOf<Operation>[Name & keyof ParametersOf<Operation>]>;
} & { body?: BodyOf<Operation>; signal?: AbortSignal; timeoutMs?: number };

/** Where the API is, such as `http://localhost:8000`, and the key that opens it. */
export type ApiAddress = { url: string; key?: string | undefined };

/** After this time an answer is waited for no longer, unless a call says more. */
const TIMEOUT_MS = 30_000;

/**
 * A client of the API, typed by openapi.yaml. It runs in Node.js and in browsers. Each call throws
 * `ApiProblem` where the API refuses, and `Unreachable` where there is no answer of it.
 */
export class ApiClient {
  readonly #address: ApiAddress;

  constructor(address: ApiAddress) {
    this.#address = { ...address, url: address.url.replace(/\/+$/, '') };
  }

  get<Path extends PathOf<'get'>>(path: Path, given: Given<OperationOf<'get', Path>> = {}) {
    return this.#call<OperationOf<'get', Path>>('get', path, given);
  }

  /** The same with the `ETag` of the answer, for the `If-Match` of a change that follows. */
  async getTagged<Path extends PathOf<'get'>>(
    path: Path,
    given: Given<OperationOf<'get', Path>> = {},
  ) {
    const { answer, headers } = await this.#exchange('get', target(path, given), given);
    return {
      value: answer as AnswerOf<OperationOf<'get', Path>>,
      etag: headers.get('etag') ?? undefined,
    };
  }

  post<Path extends PathOf<'post'>>(path: Path, given: Given<OperationOf<'post', Path>> = {}) {
    return this.#call<OperationOf<'post', Path>>('post', path, given);
  }

  put<Path extends PathOf<'put'>>(path: Path, given: Given<OperationOf<'put', Path>> = {}) {
    return this.#call<OperationOf<'put', Path>>('put', path, given);
  }

  patch<Path extends PathOf<'patch'>>(path: Path, given: Given<OperationOf<'patch', Path>> = {}) {
    return this.#call<OperationOf<'patch', Path>>('patch', path, given);
  }

  delete<Path extends PathOf<'delete'>>(
    path: Path,
    given: Given<OperationOf<'delete', Path>> = {},
  ) {
    return this.#call<OperationOf<'delete', Path>>('delete', path, given);
  }

  /** The document of this very API, with which forms and help are made. */
  document(signal?: AbortSignal): Promise<unknown> {
    return this.#send('get', '/openapi.json', { signal });
  }

  #call<Operation>(
    method: Method,
    path: string,
    given: Sent & Given<Operation>,
  ): Promise<AnswerOf<Operation>> {
    return this.#send(method, target(path, given), given);
  }

  async #send<Answer>(method: Method, address: string, given: Sent): Promise<Answer> {
    return (await this.#exchange(method, address, given)).answer as Answer;
  }

  async #exchange(method: Method, address: string, given: Sent) {
    const { url, key } = this.#address;
    const { body, header = {}, signal, timeoutMs = TIMEOUT_MS } = given;
    const timeout = AbortSignal.timeout(timeoutMs);
    const request = {
      method: method.toUpperCase(),
      headers: {
        ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'Content-Type': contentTypeOf(method) }),
        ...(header as Record<string, string>),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The API has none. One that is followed would make a GET of a POST.
      redirect: 'manual' as const,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    };
    const response = await reaching(url, signal, fetch(`${url}${address}`, request));
    const text = await reaching(url, signal, response.text());
    const answer: unknown = text === '' ? undefined : jsonOf(text);
    if (response.ok && (text === '' || answer !== undefined))
      return { answer, headers: response.headers };
    throw ApiProblem.of(response.status, answer);
  }
}

type Sent = {
  path?: unknown;
  query?: unknown;
  header?: unknown;
  body?: unknown;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
};

const target = (path: string, { path: parameters, query }: Sent) =>
  `/v1${filled(path, parameters)}${queryOf(query)}`;

/** RFC 7396 for changes. */
const contentTypeOf = (method: Method) =>
  method === 'patch' ? 'application/merge-patch+json' : 'application/json';

/** `/webhooks/{webhook_id}` with its parameters, each percent-encoded. */
function filled(path: string, parameters: unknown): string {
  const values = (parameters ?? {}) as Record<string, string | number>;
  return path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
}

type QueryParameters = Record<
  string,
  string | number | boolean | undefined | Record<string, string>
>;

/** An object is written as one parameter a member: `metadata.customer=42`. */
function queryOf(parameters: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((parameters ?? {}) as QueryParameters)) {
    if (typeof value === 'object')
      for (const [member, one] of Object.entries(value)) search.append(`${name}.${member}`, one);
    else if (value !== undefined) search.append(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Unreachable where there is no answer; what the caller aborted is thrown as it is. */
async function reaching<Value>(
  url: string,
  signal: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(url, error);
  }
}
