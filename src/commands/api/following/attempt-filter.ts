import { matchesType, patternFault } from '../../../webhooks/subscription/pattern.ts';
import type { Attempt } from './attempt-feed.ts';

/** Statuses of answers, such as `404` or `5xx`; `none`: no complete answer came. */
export type StatusPattern = string;

/** The statuses in a text with commas between them; undefined: one of them is none. */
export function statusPatterns(text: string): StatusPattern[] | undefined {
  const patterns = text.split(',').map((one) => one.trim().toLowerCase());
  return patterns.every((one) => /^([1-5]\d\d|[1-5]xx|none)$/.test(one)) ? patterns : undefined;
}

export function matchesStatus(patterns: StatusPattern[], attempt: Attempt): boolean {
  const status = attempt.response_status_code;
  const own = status === 0 ? ['none'] : [String(status), `${Math.floor(status / 100)}xx`];
  return patterns.some((pattern) => own.includes(pattern));
}

/** The patterns of event types in a text with commas between them, or what is wrong with one. */
export function typePatterns(text: string): { patterns: string[] } | { fault: string } {
  const patterns = text.split(',').map((one) => one.trim());
  const fault = patterns.map(patternFault).find((one) => one !== undefined);
  return fault === undefined ? { patterns } : { fault };
}

/** What was not sent for an event has no type. */
export function matchesEventType(patterns: string[], type: string | undefined): boolean {
  return type !== undefined && matchesType(patterns, type);
}
