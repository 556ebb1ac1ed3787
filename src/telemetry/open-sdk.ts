import type { Log } from './log.ts';
import type { Tracing } from './tracing.ts';

/**
 * Whether traces are wanted: `required` does without them at no price, and `asked` where it must.
 */
export type TracingWanted = 'off' | 'asked' | 'required';

/** The SDK is to be there, and is not. */
class SdkMissing extends Error {
  override name = 'SdkMissing';

  constructor(cause: unknown) {
    super(`--require-otel: the package ${SDK} is not there. ${ADVICE}.`, { cause });
  }
}

const SDK = '@opentelemetry/sdk-node';

/** npm leaves it out of an installation, as it is a development package: one command is not all. */
const ADVICE = 'docs/tracing.md says how to install it';

/** Where an SDK that was loaded before us, as by `node --import`, has registered itself. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** One that cannot reach its collector tells of it all the time. */
const TELL_EVERY_MS = 60_000;

/**
 * Loads the SDK of OpenTelemetry, which is told by its own environment variables, or takes the one
 * that is there. It records our own spans, and none of the libraries that we use.
 * @returns undefined where nobody wants traces, or where they are off.
 * @throws SdkMissing where they are required
 */
export async function openSdk(wanted: TracingWanted, log: Log): Promise<Tracing | undefined> {
  const isThere = REGISTERED in globalThis;
  if (!isThere && wanted === 'off') return undefined;
  const own = isThere ? undefined : await startSdk(wanted, log);
  if (!isThere && own === undefined) return undefined;
  const { flushProvider, openTracing } = await import('./trace.ts');
  const tracing = openTracing(own ?? flushProvider);
  if (tracing !== undefined) log.info('tracing.started');
  return tracing;
}

async function startSdk(
  wanted: TracingWanted,
  log: Log,
): Promise<(() => Promise<void>) | undefined> {
  const loaded = await import('@opentelemetry/sdk-node').catch((error: unknown) => {
    if (wanted === 'required') throw new SdkMissing(error);
    log.warn('tracing.sdk_missing', {
      error,
      advice: `${ADVICE}, or unset the variables OTEL_…`,
    });
  });
  if (loaded === undefined) return undefined;
  // Metrics have their own port, and the log is on stdout.
  const settings = { metricReaders: [], logRecordProcessors: [], instrumentations: [] };
  const sdk = new loaded.NodeSDK({ ...settings, ...serviceName() });
  sdk.start();
  if (!process.env['OTEL_LOG_LEVEL']) await tellTheLog(log);
  return () => sdk.shutdown();
}

/** Unless the environment has another one. */
function serviceName(): { serviceName?: string } {
  const { OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES: attributes = '' } = process.env;
  return name || /(^|,)\s*service\.name\s*=/.test(attributes) ? {} : { serviceName: 'postmand' };
}

async function tellTheLog(log: Log): Promise<void> {
  let toldAt = -Infinity;
  const { listenToSdk } = await import('./trace.ts');
  listenToSdk((message) => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    log.warn('tracing.failed', { reason: reasonIn(message).slice(0, 1000) });
  });
}

/** An error of the SDK is told as JSON, with its stack. */
function reasonIn(message: string): string {
  try {
    const told = JSON.parse(message) as { message?: unknown } | null;
    return typeof told?.message === 'string' ? told.message : message;
  } catch {
    return message;
  }
}
