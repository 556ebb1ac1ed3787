import { BOUNDS_MS } from './histogram.ts';

/** What is counted of a webhook, beside how long its attempts took. Tests are not counted. */
export const FIGURES = ['accepted', 'attempts', 'succeeded', 'failed', 'retried', 'held'] as const;
export type Figure = (typeof FIGURES)[number];

type Bucket = `ms_${(typeof BOUNDS_MS)[number]}`;

/** The column of each bucket of durations, in their order. */
export const BUCKETS = BOUNDS_MS.map((bound): Bucket => `ms_${bound}`);

/** All columns that count. Null is none: a column that is null takes no room in its row. */
export const COLUMNS: readonly (Figure | Bucket)[] = [...FIGURES, ...BUCKETS];

/** What was counted; what is left out was nothing. */
export type Counts = { [Column in Figure | Bucket]?: number };

/** Its rows are those of all webhooks together. No webhook has this id. */
export const ALL_WEBHOOKS = '00000000-0000-0000-0000-000000000000';
