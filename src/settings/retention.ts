import type { Reader } from '../environment.ts';

/** The variable of each of these settings. */
export const RETENTION_VARIABLES = {
  succeededDays: 'POSTMAND_RETENTION_SUCCEEDED',
  failedDays: 'POSTMAND_RETENTION_FAILED',
  attemptsDays: 'POSTMAND_RETENTION_ATTEMPTS',
  payloadsDays: 'POSTMAND_RETENTION_PAYLOADS',
} as const;

const DAYS = { default: 0, min: 1, max: 3650 };

/** How many days something is kept after its delivery ended; undefined: for ever. */
export function retentionSettings(env: Reader) {
  const { succeededDays, failedDays, attemptsDays, payloadsDays } = RETENTION_VARIABLES;
  return {
    succeededDays: days(env, succeededDays),
    failedDays: days(env, failedDays),
    attemptsDays: days(env, attemptsDays),
    payloadsDays: days(env, payloadsDays),
  };
}

function days(env: Reader, name: string): number | undefined {
  return env.text(name) === undefined ? undefined : env.integer(name, DAYS);
}
