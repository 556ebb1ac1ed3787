import type { Fault } from './json-schema.ts';

/** What the thread is asked. Schemas and payloads are JSON as text. */
export type Job =
  | { kind: 'examine'; schema: string }
  | { kind: 'validate'; schema: string; payload: string }
  | { kind: 'compare'; before: string; after: string };

/** It took more time, memory or depth than one schema and one payload may. */
type TooSlow = { kind: 'too_slow' };

/** The machine had no processor for it. That is no fault of what was asked. */
type Starved = { kind: 'starved' };

type Unanswered = TooSlow | Starved;

/** Whether a schema can be used. `pointer` is a place in the schema. */
export type Examination = { kind: 'usable' } | ({ kind: 'unusable' } & Fault) | Unanswered;

/** Whether a payload fits. `pointer` is a place in the payload. */
export type Validation =
  | { kind: 'fits' }
  | ({ kind: 'misfit' } & Fault)
  | { kind: 'not_json'; message: string }
  | Unanswered;

/** Whether one schema may follow another one. `pointer` is a place in one of them. */
export type Comparison = { kind: 'compatible' } | ({ kind: 'incompatible' } & Fault) | Unanswered;

export type Answer = Examination | Validation | Comparison;

/** `runMs`: processor time that the payload took; 0 of other jobs. */
export type Done = { answer: Answer; runMs: number };
