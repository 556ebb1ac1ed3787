import type { TimeSlices } from '../../process/time-slices.ts';
import { NOT_JSON } from '../../webhooks/subscription/filter.ts';
import { readJson } from './read-json.ts';

/** What filters see of a payload: its JSON, or that it is none. */
export async function payloadOf(payload: string, slices: TimeSlices): Promise<unknown> {
  try {
    return await readJson(payload, slices);
  } catch (error) {
    if (error instanceof SyntaxError) return NOT_JSON;
    throw error;
  }
}
