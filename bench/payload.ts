import { now } from './clock.ts';

/** A payload's number, and when it was made. The receiver reads both back. */
export type Marks = { id: number; sentAt: number };

const BYTES = 1024;
const FILL =
  'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore. '.repeat(
    11,
  );

/** Makes payloads of 1 KB, numbered from 1, each with the time at which it was made. */
export function createPayloads(): () => string {
  let id = 0;
  return () => payload({ id: ++id, sentAt: now() });
}

function payload({ id, sentAt }: Marks): string {
  const head = `{"id":${id},"sentAt":${sentAt.toFixed(3)},"text":"`;
  return `${head}${FILL.slice(0, BYTES - head.length - 2)}"}`;
}

/** The same for a delivery that nobody posted. */
export function numberedPayload(id: number): string {
  return payload({ id, sentAt: 0 });
}

/** The marks of a payload that starts with `head`; undefined: not one of ours. */
export function marksOf(head: string): Marks | undefined {
  const match = /^\{"id":(\d+),"sentAt":([\d.]+),/.exec(head);
  return match === null ? marksWithin(head) : { id: Number(match[1]), sentAt: Number(match[2]) };
}

/** Other systems write a payload's JSON anew: in another order, with spaces, within their own. */
function marksWithin(text: string): Marks | undefined {
  const [id, sentAt] = [/"id":\s*(\d+)/.exec(text)?.[1], /"sentAt":\s*([\d.]+)/.exec(text)?.[1]];
  return id === undefined || sentAt === undefined
    ? undefined
    : { id: Number(id), sentAt: Number(sentAt) };
}
