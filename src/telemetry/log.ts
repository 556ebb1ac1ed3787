import winston from 'winston';

/**
 * What happened, one JSON line an event. Levels say who is told:
 * error = wake somebody, warn = look tomorrow, info = what happened, debug = why.
 *
 * Names of fields: what the API has is called as in openapi.yaml (`delivery_id`,
 * `response_status_code`; several ids are `delivery_ids`). Every other field is in snake_case too,
 * with its unit where it has one (`pause_ms`, `delay_seconds`). docs/operating.md lists them all.
 */
export type Log = {
  error(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  debug(event: string, fields?: Fields): void;
};

type Fields = Record<string, unknown>;

/**
 * A log that writes JSON lines to stdout: `time`, `level`, `event`, then the event's fields. Errors
 * keep stack and cause.
 */
export function createLog(level: string): Log {
  const logger = winston.createLogger({
    level,
    transports: [new winston.transports.Console({ forceConsole: false })],
    format: winston.format.printf(({ level: severity, message: event, fields }) =>
      JSON.stringify(
        {
          time: new Date().toISOString(),
          level: severity,
          event,
          ...(fields as Fields | undefined),
        },
        holdsObjects(fields as Fields | undefined) ? plainErrors : undefined,
      ),
    ),
  });
  // The fields are passed in one object, because some names have a meaning of their own to the
  // library.
  const write = (severity: string) => (event: string, fields?: Fields) =>
    void logger.log({ level: severity, message: event, fields });
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

/** A replacer is called for every field: with one, the JSON of a line takes twice as long. */
function holdsObjects(fields: Fields = {}): boolean {
  return Object.values(fields).some((value) => typeof value === 'object');
}

/**
 * JSON.stringify drops everything of an Error; this keeps what helps. Database errors carry
 * `detail`, which may hold row values: left out.
 */
function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = 'code' in value ? { code: value.code } : {};
  const cause = value.cause === undefined ? {} : { cause: value.cause };
  const errors = value instanceof AggregateError ? { errors: value.errors as unknown[] } : {};
  return {
    name: value.name,
    message: value.message,
    ...code,
    stack: value.stack,
    ...cause,
    ...errors,
  };
}
