import type { Schemas } from '../../client/api.ts';
import type { Tone } from '../../client/explaining/states.ts';
import { count } from '../../client/explaining/time-words.ts';

type Operation = Schemas['Operation'];

export const KINDS: Record<Operation['kind'], string> = {
  redelivery: 'Redelivery',
  erasure: 'Erasure',
  fan_out: 'Fan-out of an event',
};

export const TONES: Record<Operation['state'], Tone> = {
  queued: 'calm',
  running: 'calm',
  done: 'well',
  cancelled: 'warn',
  failed: 'bad',
};

export const isOver = ({ state }: Operation): boolean => state !== 'queued' && state !== 'running';

/** How far it is, in words. */
export function progressWords(operation: Operation): string {
  const { state, matched, done, skipped } = operation;
  const left = skipped === 0 ? '' : `, ${count(skipped)} skipped`;
  if (matched === null) {
    if (isOver(operation)) return `${count(done)} done${left}`;
    return state === 'queued' ? 'no worker has begun it' : 'counting';
  }
  return `${count(done)} of ${count(matched)} done${left}`;
}

/** What it works on, in words, a pair at a time. */
export const filterWords = ({ filter }: Operation): string[] =>
  flattened(filter).map(([name, value]) => `${name}: ${value}`);

/** The filter with members of members by both names, such as `metadata.customer`. */
export function flattened(filter: Record<string, unknown>, before = ''): [string, string][] {
  return Object.entries(filter).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return [[before + name, `${count(value.length)} of them`]];
    if (typeof value === 'object')
      return flattened(value as Record<string, unknown>, `${before}${name}.`);
    return [[before + name, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}
