import type { Alarms } from '../alarms/alarms.ts';
import type { Pool } from '../database/pool.ts';
import type { BatchAcceptor } from '../deliveries/accepting/accept-batch.ts';
import type { Acceptor, AcceptParts } from '../deliveries/accepting/accept.ts';
import type { GatedWebhooks } from '../deliveries/gated-webhooks.ts';
import type { EventAcceptor } from '../events/accepting/event-acceptor.ts';
import type { TypeParts } from '../events/types/change-type.ts';
import type { PayloadCheck } from '../events/types/payload-check.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';
import type { operations } from './openapi.d.ts';
import type { TestCalls } from './test-calls.ts';

type OperationId = keyof operations;

/**
 * A request to operation `Id` after validation: everything has the type that openapi.yaml gives it.
 */
export type OperationRequest<Id extends OperationId> = {
  params: NonNullable<operations[Id]['parameters']['path']>;
  query: NonNullable<operations[Id]['parameters']['query']>;
  headers: LowerCase<NonNullable<operations[Id]['parameters']['header']>>;
  /** Names and values by turns, each as it was sent: Node.js makes one of several values. */
  rawHeaders: readonly string[];
  body: BodyOf<operations[Id]>;
  /** The trace that the call belongs to, as it is stored; undefined: it tells of none. */
  traceContext: string | undefined;
  /** The client has closed the connection. */
  isGone: () => boolean;
};

/** As Node.js has the names of headers. */
type LowerCase<Headers> = { [Name in keyof Headers as Lowercase<Name & string>]: Headers[Name] };

/**
 * A successful answer of operation `Id`. A status, body or ETag that openapi.yaml does not have
 * does not compile.
 */
type Answer<Id extends OperationId> = SuccessOf<operations[Id]['responses']>;

/** Answers one operation; failures are thrown. */
type Handler<Id extends OperationId> = (request: OperationRequest<Id>) => Promise<Answer<Id>>;

/** What handlers work with. */
export type ApiParts = {
  pool: Pool;
  queue: AcceptParts['queue'];
  acceptor: Acceptor;
  batchAcceptor: BatchAcceptor;
  eventAcceptor: EventAcceptor;
  payloadCheck: PayloadCheck;
  /** Where CloudEvents say that they come from. */
  eventSource: string;
  metrics: Metrics;
  testCalls: TestCalls;
  /** Reads the schemas of event types, and holds examples against them. */
  schemas: TypeParts['schemas'];
  /** Most bytes of a payload that comes with others. One that comes alone has its body's limit. */
  maxPayloadBytes: number;
  /** Opens and encrypts the secrets of webhooks. */
  vault: Vault;
  /** Left out: operators are told nothing. */
  alarms?: Alarms;
  /** Is told of webhooks that a client pauses. */
  gated?: GatedWebhooks;
  /** Left out: nobody records traces. */
  tracing?: Tracing | undefined;
};

/** A handler for each operation of the API port, by operationId. */
export type Operations = {
  [Id in Exclude<OperationId, 'getHealth' | 'getMetrics' | 'receiveAlarm'>]: Handler<Id>;
};

type BodyOf<Operation> = Operation extends {
  requestBody: { content: { 'application/json': infer Body } };
}
  ? Body
  : Operation extends { requestBody?: { content: { 'application/json': infer Body } } | undefined }
    ? Body | undefined
    : undefined;

type SuccessOf<Responses> = {
  [Status in Extract<keyof Responses, 200 | 201 | 202 | 204>]: { status: Status } & BodyIn<
    Responses[Status]
  > &
    TagIn<Responses[Status]> &
    LocationIn<Responses[Status]> &
    ReplayIn<Responses[Status]>;
}[Extract<keyof Responses, 200 | 201 | 202 | 204>];

type BodyIn<Response> = Response extends { content: { 'application/json': infer Body } }
  ? { body: Body }
  : unknown;

type TagIn<Response> = Response extends { headers: { ETag: infer Tag } }
  ? { headers: { ETag: Tag } }
  : unknown;

type LocationIn<Response> = Response extends { headers: { Location: infer Location } }
  ? { headers: { Location: Location } }
  : unknown;

/** An answer that may repeat an earlier one says so, where it does. */
type ReplayIn<Response> = Response extends { headers: { 'Idempotency-Replayed': infer Replayed } }
  ? { headers?: { 'Idempotency-Replayed': Replayed } }
  : unknown;
