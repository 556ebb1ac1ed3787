import type { Tracing } from '../telemetry/tracing.ts';

/** Deliveries to webhooks, or events of types, of one call. */
type Draft = { traceContext?: string | undefined } & ({ webhookId: string } | { type: string });

/** Has `work` store what a call asks for, which is recorded where traces are. */
export function accepting<Result>(
  tracing: Tracing | undefined,
  drafts: readonly Draft[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (tracing === undefined) return work();
  const destinations = new Set(drafts.map((one) => ('type' in one ? one.type : one.webhookId)));
  const [destination] = destinations.size === 1 ? destinations : [];
  const within = drafts[0]?.traceContext;
  return tracing.accepting({ within, destination, messages: drafts.length }, work);
}
