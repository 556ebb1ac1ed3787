const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

/** A `traceparent` as callers send it. */
export const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;
export const TRACE_ID = TRACE;

type Case = [what: string, given: { traceparent: string; tracestate?: string }, kept?: string];

const state = (tracestate: string) => ({ traceparent: TRACEPARENT, tracestate });
const member = (length: number) => `k=${'v'.repeat(length - 2)}`;
const members = (count: number) => Array.from({ length: count }, (_value, i) => `k${i}=v`);

/** What is stored of `traceparent` and `tracestate`; undefined: it is no `traceparent`. */
export const TRACE_CONTEXTS: Case[] = [
  ['sampled', { traceparent: TRACEPARENT }, TRACEPARENT],
  ['not sampled', { traceparent: `00-${TRACE}-${SPAN}-00` }, `00-${TRACE}-${SPAN}-00`],
  ['a random id', { traceparent: `00-${TRACE}-${SPAN}-03` }, `00-${TRACE}-${SPAN}-03`],
  ['flags that nobody knows', { traceparent: `00-${TRACE}-${SPAN}-ff` }, `00-${TRACE}-${SPAN}-03`],
  ['a later version', { traceparent: `01-${TRACE}-${SPAN}-01` }, TRACEPARENT],
  ['a later version with more', { traceparent: `cc-${TRACE}-${SPAN}-01-what` }, TRACEPARENT],
  ['a later version with a dot', { traceparent: `cc-${TRACE}-${SPAN}-01.what` }],
  ['version ff', { traceparent: `ff-${TRACE}-${SPAN}-01` }],
  ['version 00 with more', { traceparent: `${TRACEPARENT}-what` }],
  ['no trace', { traceparent: `00-${'0'.repeat(32)}-${SPAN}-01` }],
  ['no span', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }],
  ['capital letters', { traceparent: `00-${TRACE.toUpperCase()}-${SPAN}-01` }],
  ['a trace that is too short', { traceparent: `00-${TRACE.slice(1)}-${SPAN}-01` }],
  ['spaces', { traceparent: ` ${TRACEPARENT}` }],
  ['a line break', { traceparent: `${TRACEPARENT}\n` }],
  ['two of them', { traceparent: `${TRACEPARENT}, ${TRACEPARENT}` }],
  ['nothing', { traceparent: '' }],
  ['a member', state('vendor=t61rc:WkgMzE'), `${TRACEPARENT} vendor=t61rc:WkgMzE`],
  ['a member of a tenant', state('fw529a3039@dt=FfD_z~!'), `${TRACEPARENT} fw529a3039@dt=FfD_z~!`],
  ['members with room between', state('a=1 ,\t b=2 3,,'), `${TRACEPARENT} a=1,b=2 3`],
  ['512 characters', state(member(255)), `${TRACEPARENT} ${member(255)}`],
  ['32 members', state(members(32).join()), `${TRACEPARENT} ${members(32).join()}`],
  ['33 members', state(members(33).join()), TRACEPARENT],
  ['513 characters', state(`${member(256)},${member(256)}`), TRACEPARENT],
  ['no value', state('a='), TRACEPARENT],
  ['no key', state('=a'), TRACEPARENT],
  ['two signs of equality', state('a=b=c'), TRACEPARENT],
  ['a key in capitals', state('A=b'), TRACEPARENT],
  ['letters beyond ASCII', state('a=ü'), TRACEPARENT],
  ['an empty tracestate', state(' , '), TRACEPARENT],
];
