import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { FAILED_REASONS, HELD_REASONS } from '../../src/deliveries/delivery.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { COUNTED_STATES } from '../../src/webhooks/health/shown-state.ts';

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
};

/** What a label of a metric may be; of others any value is taken. */
const VALUES: Record<string, readonly string[]> = {
  'postmand_webhooks state': COUNTED_STATES,
  'postmand_deliveries_held reason': HELD_REASONS,
  'postmand_deliveries_failed_total reason': FAILED_REASONS,
};

const DURATION = /^\d+[smhd]$/;

suite('docs/prometheus-alerts.yaml', () => {
  const file = new URL('../../docs/prometheus-alerts.yaml', import.meta.url);
  const { groups, ...others } = parse(readFileSync(file, 'utf8')) as {
    groups: { name: string; rules: Rule[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  const labels = labelsOfMetrics();

  test('→ groups of rules with a name each, and nothing that Prometheus would refuse', () => {
    assert.deepEqual(others, {});
    assert.ok(groups.every((group) => Object.keys(group).toSorted().join() === 'name,rules'));
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
    for (const { alert, expr, for: pending, labels: told, annotations, ...rest } of rules) {
      assert.match(alert, /^Postmand[A-Z][A-Za-z]+$/);
      assert.deepEqual(rest, {}, alert);
      if (pending !== undefined) assert.match(pending, DURATION, alert);
      assert.ok(['warning', 'critical'].includes(told['severity'] ?? ''), alert);
      assert.deepEqual(Object.keys(annotations), ['summary', 'description'], alert);
      assert.ok(isBalanced(expr), `${alert}: ${expr}`);
    }
  });

  for (const { alert, expr } of rules)
    test(`${alert} → it asks for metrics, labels and values that there are`, () => {
      const asked = [...expr.matchAll(/(postmand_\w+)(?:\{([^}]*)\})?/g)];
      assert.ok(asked.length > 0 || expr.startsWith('up{'), expr);
      for (const [, name = '', matchers = ''] of asked) {
        const known = labels.get(name) ?? labels.get(name.replace(/_count$/, ''));
        assert.ok(known, name);
        for (const [, label = '', how = '', value = ''] of matchers.matchAll(
          /(\w+)(=~|!=|=)"([^"]*)"/g,
        )) {
          assert.ok(known.includes(label), `${label} of ${name}`);
          const values = VALUES[`${name} ${label}`];
          if (how !== '=~' && values) assert.ok(values.includes(value), `${value} of ${name}`);
        }
      }
    });
});

/** By name: of a histogram it has `_count` behind. */
function labelsOfMetrics(): Map<string, string[]> {
  const known = new Map<string, string[]>();
  for (const metric of Object.values(createMetrics()))
    if (typeof metric === 'object' && 'labelNames' in metric) {
      const { name, labelNames } = metric as unknown as { name: string; labelNames: string[] };
      known.set(name, labelNames);
    }
  return known;
}

function isBalanced(expr: string): boolean {
  let depth = 0;
  for (const one of expr.replaceAll(/"[^"]*"/g, '')) {
    if ('([{'.includes(one)) depth += 1;
    if (')]}'.includes(one)) depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
