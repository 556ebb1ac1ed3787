import type { Reader } from '../environment.ts';

/** Whether the standard variables of OpenTelemetry ask for traces. */
export function tracingAsked(env: Reader): 'off' | 'asked' {
  const isOff =
    env.text('OTEL_SDK_DISABLED')?.trim().toLowerCase() === 'true' ||
    env.text('OTEL_TRACES_EXPORTER')?.trim() === 'none';
  const asking = [
    'OTEL_TRACES_EXPORTER',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  ];
  return !isOff && asking.some((name) => env.text(name) !== undefined) ? 'asked' : 'off';
}
