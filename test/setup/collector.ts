import { createServer } from 'node:http';
import type { Cleanup } from './last-first.ts';
import { listening } from './listening.ts';
import { until } from './until.ts';

type Value = string | number | boolean;

export type Collected = {
  name: string;
  /** As OTLP has it: 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  attributes: Record<string, Value>;
  links: { traceId: string; spanId: string }[];
  /** 2: error. */
  status: number;
  service: Value | undefined;
};

export type Collector = {
  /** Environment variables with which a process sends its spans here. */
  env: Record<string, string>;
  spans: Collected[];
  /** Waits until there is such a span. */
  span(what: string, isIt: (span: Collected) => boolean): Promise<Collected>;
};

/** A collector of traces: it takes OTLP over HTTP, in JSON. */
export async function startCollector(t: Cleanup): Promise<Collector> {
  const spans: Collected[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces')
        spans.push(...spansIn(JSON.parse(Buffer.concat(chunks).toString()) as Otlp));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const port = await listening(t, server);
  return {
    env: { ...sendingTo(port), OTEL_BSP_SCHEDULE_DELAY: '50' },
    spans,
    span: (what, isIt) => until(`a span ${what}`, () => spans.find(isIt)),
  };
}

export function sendingTo(port: number): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_NODE_RESOURCE_DETECTORS: 'env',
  };
}

type Attribute = { key: string; value: Record<string, Value> };

type Otlp = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: (Pick<Collected, 'name' | 'kind' | 'traceId' | 'spanId' | 'links'> & {
        parentSpanId?: string;
        attributes: Attribute[];
        status: { code?: number };
      })[];
    }[];
  }[];
};

function spansIn({ resourceSpans }: Otlp): Collected[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, traceId, spanId, ...span }) => ({
        ...{ name, kind, traceId, spanId },
        parentSpanId: span.parentSpanId ?? '',
        attributes: valuesOf(span.attributes),
        links: (span.links ?? []).map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
        status: span.status.code ?? 0,
        service: valuesOf(resource.attributes)['service.name'],
      })),
    ),
  );
}

function valuesOf(attributes: Attribute[]): Record<string, Value> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0] as Value]),
  );
}
