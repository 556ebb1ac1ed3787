import { InvalidArgumentError } from 'commander';
import { statusPatterns, typePatterns } from '../commands/api/following/attempt-filter.ts';
import { momentOf, type Moment } from '../commands/moment.ts';
import { durationMs } from '../receiver/duration.ts';

/** An empty secret would verify what anybody can sign. */
export function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

/** The pairs of an option that may be given several times: `--metadata customer=42`. */
export function pairs(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError('It must be a pair such as customer=42.');
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

export function duration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined)
    throw new InvalidArgumentError('It must be a time such as 3s, 500ms or 2m, at most a day.');
  return ms;
}

export function moment(text: string): Moment {
  const found = momentOf(text);
  if (found === undefined)
    throw new InvalidArgumentError(
      'It must be an age such as 30m, 2h, 3d or 1w, or a time with its offset such as 2026-11-26T10:00Z.',
    );
  return found;
}

export function id(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It must be an id such as 3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10.');
}

/** The ids of an option that takes several, one after the other or with commas between them. */
export function ids(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').map((one) => id(one.trim()))];
}

/** Statuses of answers, with commas between them. */
export function statuses(text: string): string[] {
  const patterns = statusPatterns(text);
  if (patterns === undefined)
    throw new InvalidArgumentError('It must be statuses such as 404, 5xx or none.');
  return patterns;
}

/** Patterns of types of events, with commas between them. */
export function eventTypes(text: string): string[] {
  const found = typePatterns(text);
  if ('fault' in found) throw new InvalidArgumentError(`It ${found.fault}.`);
  return found.patterns;
}

/** Where requests can be sent to. */
export function httpUrl(text: string): string {
  const url = URL.parse(text);
  const isHttp = url !== null && ['http:', 'https:'].includes(url.protocol);
  if (isHttp && url.username === '' && url.password === '') return text.trim();
  throw new InvalidArgumentError('It must be a URL such as http://localhost:3000/hooks.');
}
