import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { apiAt } from '../setup/service.ts';
import { until } from '../setup/until.ts';

type Sample = { name: string; labels: Record<string, string>; value: number };

test('deliveries are made → the metrics of both processes are valid, and their counters agree with the tables', async (t) => {
  const database = await freshDatabase(t);
  const env = { POSTMAND_DATABASE_URL: database.url };
  const started = await postmand(t, ['server'], { env }).event('server.started');
  const working = postmand(t, ['worker'], { env });
  const worker = await working.event('worker.started');
  const api = apiAt(`http://127.0.0.1:${String(started['port'])}`);
  const receiver = await startReceiver(t, ({ path }, response) =>
    response.writeHead(path === '/good' ? 200 : 500).end(),
  );
  const good = await api.createWebhook({ url: `${receiver.url}/good` });
  const bad = await api.createWebhook({ url: `${receiver.url}/bad`, max_delivery_attempts: 2 });
  for (let i = 0; i < 12; i += 1) await api.createDelivery(i % 3 === 0 ? bad.id : good.id);
  await until(
    'all settled',
    async () => (await api.call('GET', '/deliveries?status=pending')).body.deliveries.length === 0,
  );

  // Nothing counts these.
  for (const { id } of [good, bad]) await api.call('POST', `/webhooks/${id}/test`);
  await until('both are logged', () => {
    const attempted = working.lines.filter(({ event }) => event === 'delivery.attempted');
    return attempted.filter(({ test: isTest }) => isTest === true).length === 2;
  });

  const server = await scrape(started['health_port']);
  const work = await scrape(worker['health_port']);

  assert.equal(valueOf(server, 'postmand_deliveries_accepted_total'), 12);
  assert.equal(
    valueOf(server, 'postmand_http_request_duration_seconds_count', {
      operation: 'createDelivery',
      status: '201',
    }),
    12,
  );
  assert.equal(valueOf(work, 'postmand_attempts_total', { outcome: 'succeeded' }), 8);
  assert.equal(valueOf(work, 'postmand_attempts_total', { outcome: 'retry' }), 4);
  assert.equal(valueOf(work, 'postmand_attempts_total', { outcome: 'failed' }), 4);
  const { rows } = await database.pool.query<{ n: string }>(
    `select count(*) as n from delivery_attempts a
     join deliveries d on d.id = a.delivery_id where not d.test`,
  );
  assert.equal(valueOf(work, 'postmand_attempt_duration_seconds_count'), Number(rows[0]?.n));
  assert.equal(valueOf(work, 'postmand_first_attempt_latency_seconds_count'), 12);
  assert.equal(valueOf(work, 'postmand_success_latency_seconds_count'), 8);
  assert.equal(valueOf(work, 'postmand_sends_in_flight', { lane: 'fast' }), 0);
  assert.equal(valueOf(work, 'postmand_slots', { lane: 'fast' }), 100);
  assert.ok((valueOf(work, 'postmand_lease_check_age_seconds') ?? 60) < 30);
  for (const samples of [server, work]) {
    assert.ok(samples.some(({ name }) => name === 'postmand_deliveries_pending'));
    assert.ok(samples.some(({ name }) => name === 'process_cpu_seconds_total'));
    const labels = samples.flatMap((sample) => Object.values(sample.labels));
    assert.ok(
      !labels.some((label) => /[0-9a-f]{8}-[0-9a-f]{4}/.test(label)),
      'no label holds an id',
    );
  }

  const { body } = await api.call('GET', `/deliveries?webhook_id=${good.id}&limit=1&offset=1`);
  const [one] = (body as { deliveries: { id: string }[] }).deliveries;
  await api.call('POST', `/deliveries/${one?.id}/redeliver`);
  const after = await scrape(started['health_port']);
  assert.equal(valueOf(after, 'postmand_redeliveries_total'), 1);
});

/**
 * Reads a health port's metrics by the grammar of
 * https://prometheus.io/docs/instrumenting/exposition_formats/.
 */
async function scrape(port: unknown): Promise<Sample[]> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of (await response.text()).split('\n').filter((text) => text !== '')) {
    const [, kind, subject, rest] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/.exec(line) ?? [];
    if (kind === 'TYPE') {
      assert.match(rest ?? '', /^(counter|gauge|histogram|summary)$/);
      assert.ok(!types.has(subject ?? ''), `${subject} is declared once`);
      types.set(subject ?? '', rest ?? '');
    }
    if (kind !== undefined) continue;
    samples.push(sampleOf(line, types));
  }
  checkHistograms(samples, types);
  return samples;
}

function sampleOf(line: string, types: Map<string, string>): Sample {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?[\d.e+-]+|\+Inf|-Inf|Nan|NaN)$/.exec(line);
  assert.ok(match, `a sample: ${line}`);
  const [, name = '', labelText = '', value = ''] = match;
  const labels = Object.fromEntries(
    [...labelText.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(
      ([, key = '', text = '']) => [key, text],
    ),
  );
  assert.ok(
    types.has(name) || types.has(name.replace(/_(bucket|sum|count)$/, '')),
    `${name} has a TYPE before it`,
  );
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function checkHistograms(samples: Sample[], types: Map<string, string>): void {
  for (const [name] of [...types].filter(([, type]) => type === 'histogram')) {
    for (const { labels, value } of samples.filter((sample) => sample.name === `${name}_count`)) {
      assert.equal(
        valueOf(samples, `${name}_bucket`, { ...labels, le: '+Inf' }),
        value,
        `${name}: the last bucket holds all`,
      );
    }
  }
}

function valueOf(
  samples: Sample[],
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )?.value;
}
