import {
  createTraceState,
  diag,
  DiagLogLevel,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { traceparentOf, TRACEPARENT_LENGTH } from './trace-context.ts';
import type {
  Accepting,
  AttemptFacts,
  AttemptSpan,
  CallSpan,
  PostSpan,
  Tracing,
} from './tracing.ts';

/**
 * Spans by the API of OpenTelemetry, with the names of its semantic conventions for HTTP (stable)
 * and messaging. Parents are given, never looked for in a context of the moment: no context manager
 * is needed, whose cost every promise would have. Undefined: nobody has registered an SDK.
 */
export function openTracing(stop: () => Promise<void>): Tracing | undefined {
  const tracer = trace.getTracer('postmand');
  // It is never ended, so that nobody gets to know of it.
  if (!isSpanContextValid(tracer.startSpan('probe', { root: true }).spanContext()))
    return undefined;
  return {
    startCall: (method, within) => startCall(tracer, method, within),
    accepting: (what, work) => accept(tracer, what, work),
    startAttempt: (attempt) => startAttempt(tracer, attempt),
    stop,
  };
}

/** Has an SDK that others have started hand over what it has, where it can. */
export async function flushProvider(): Promise<void> {
  const provider = trace.getTracerProvider() as TracerProvider & { getDelegate?(): unknown };
  const own = (provider.getDelegate?.() ?? provider) as { forceFlush?(): Promise<void> };
  await own.forceFlush?.();
}

/** Has `tell` told of what the SDK cannot do, such as reaching its collector. */
export function listenToSdk(tell: (message: string) => void): void {
  const ignore = () => {};
  const logger = { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function startCall(tracer: Tracer, method: string, within: string | undefined): CallSpan {
  const attributes = { 'http.request.method': method, 'url.scheme': 'http' };
  const options = { kind: SpanKind.SERVER, attributes };
  const span = tracer.startSpan(method, options, partOf(within, { isRemote: true }));
  return {
    context: placeOf(span),
    end({ route, status, aborted }) {
      span.setAttribute('http.response.status_code', status);
      if (route !== undefined) {
        span.updateName(`${method} ${route}`);
        // Paths have ids and ordering keys in them, which the log does not have either.
        span.setAttributes({ 'http.route': route, 'url.path': route });
      }
      if (aborted) fail(span, 'aborted');
      else if (status >= 500) fail(span, String(status));
      span.end();
    },
  };
}

async function accept<Result>(
  tracer: Tracer,
  { within, destination, messages }: Accepting,
  work: () => Promise<Result>,
): Promise<Result> {
  const attributes: Attributes = {
    ...messaging({ name: 'accept', type: 'send' }, destination),
    'messaging.batch.message_count': messages,
  };
  const options = { kind: SpanKind.PRODUCER, attributes };
  const span = tracer.startSpan('accept', options, partOf(within));
  try {
    return await work();
  } catch (error) {
    fail(span, error instanceof Error ? error.name : 'unknown');
    throw error;
  } finally {
    span.end();
  }
}

/**
 * What is not sampled stays so: its attempts are then parts of its trace, which the sampler passes
 * over, unless it records everything.
 */
function startAttempt(tracer: Tracer, facts: AttemptFacts): AttemptSpan | undefined {
  const { origin, deliveryId, webhookId, eventId, attempt } = facts;
  const made = origin === null ? undefined : spanContextOf(origin);
  const attributes: Attributes = {
    ...messaging({ name: 'deliver', type: 'process' }, webhookId),
    'messaging.message.id': deliveryId,
    'postmand.delivery_id': deliveryId,
    'postmand.webhook_id': webhookId,
    'postmand.attempt': attempt,
    ...(eventId === undefined ? {} : { 'postmand.event_id': eventId }),
  };
  const links = made === undefined ? [] : [{ context: made }];
  const options = { kind: SpanKind.CONSUMER, attributes, links };
  const isSampled = made === undefined || (made.traceFlags & SAMPLED) !== 0;
  const parent = isSampled || origin === null ? ROOT_CONTEXT : partOf(origin, { isRemote: true });
  const span = tracer.startSpan('deliver', options, parent);
  if (!span.isRecording()) return undefined;
  return {
    context: placeOf(span),
    startPost: (url) => startPost(tracer, { span, url, attempt }),
    end({ verdict, fault }) {
      if (verdict !== undefined) span.setAttribute('postmand.verdict', verdict);
      if (fault !== undefined) fail(span, fault);
      span.end();
    },
  };
}

const SAMPLED = 1;

function startPost(
  tracer: Tracer,
  { span: parent, url, attempt }: { span: Span; url: string; attempt: number },
): PostSpan {
  const attributes: Attributes = {
    'http.request.method': 'POST',
    ...whereTo(url),
    ...(attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {}),
  };
  const options = { kind: SpanKind.CLIENT, attributes };
  const span = tracer.startSpan('POST', options, trace.setSpan(ROOT_CONTEXT, parent));
  return {
    context: placeOf(span),
    end({ status, fault }) {
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      const wrong = fault ?? (status !== undefined && status >= 400 ? String(status) : undefined);
      if (wrong !== undefined) fail(span, wrong);
      span.end();
    },
  };
}

/** A query may have a token in it, and so may what stands before the host. */
function whereTo(text: string): Attributes {
  const url = URL.parse(text);
  if (url === null) return {};
  const { protocol, hostname, port, host, pathname, search } = url;
  return {
    'url.full': `${protocol}//${host}${pathname}${search === '' ? '' : '?REDACTED'}`,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

function messaging(
  { name, type }: { name: string; type: 'send' | 'process' },
  destination: string | undefined,
): Attributes {
  return {
    'messaging.system': 'postmand',
    'messaging.operation.name': name,
    'messaging.operation.type': type,
    ...(destination === undefined ? {} : { 'messaging.destination.name': destination }),
  };
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function partOf(stored: string | undefined, where: { isRemote?: boolean } = {}): Context {
  if (stored === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...spanContextOf(stored), ...where });
}

function spanContextOf(stored: string): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = traceparentOf(stored).split('-');
  const traceFlags = Number.parseInt(flags, 16);
  const state = stored.slice(TRACEPARENT_LENGTH + 1);
  if (state === '') return { traceId, spanId, traceFlags };
  return { traceId, spanId, traceFlags, traceState: createTraceState(state) };
}

/** As it is stored. */
function placeOf(span: Span): string {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  const state = traceState?.serialize() ?? '';
  return state === '' ? traceparent : `${traceparent} ${state}`;
}
