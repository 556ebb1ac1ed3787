import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { traceContextOf, traceField, traceparentOf } from '../../src/telemetry/trace-context.ts';
import { TRACE_CONTEXTS, TRACE_ID, TRACEPARENT } from '../setup/trace-contexts.ts';

suite('a trace context in headers', () => {
  for (const [what, given, kept] of TRACE_CONTEXTS)
    test(`${what} → ${kept === undefined ? 'as if it were not there' : 'kept'}`, () => {
      assert.equal(traceContextOf(given), kept);
    });

  test('a tracestate alone → nothing', () => {
    assert.equal(traceContextOf({ tracestate: 'a=1' }), undefined);
  });

  test('a tracestate of a million spaces → read at once, as its time does not grow with the square', () => {
    const spaces = ' '.repeat(1_000_000);
    const tracestate = `a=1${spaces}b,${spaces}c=2${spaces}`;
    assert.equal(traceContextOf({ traceparent: TRACEPARENT, tracestate }), TRACEPARENT);
  });

  test('what is stored → its traceparent, and its trace for the log', () => {
    const stored = `${TRACEPARENT} a=1,b=2`;
    assert.equal(traceparentOf(stored), TRACEPARENT);
    assert.deepEqual(traceField(stored), { trace_id: TRACE_ID });
    assert.deepEqual([traceField(null), traceField(undefined)], [{}, {}]);
  });
});
