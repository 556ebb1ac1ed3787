/**
 * Which events a webhook gets, by what is in them: JSON as its owner wrote it. What it means is
 * read where events are chosen.
 */
export type Filter = Record<string, unknown>;
