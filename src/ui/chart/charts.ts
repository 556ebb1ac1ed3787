import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Loaded } from '../parts/loaded.ts';
import { localTime } from '../parts/moment.ts';
import { api } from '../session.ts';
import { Plot, type Series } from './plot.ts';
import * as stats from './stats.ts';
import { StatsTable } from './stats-table.ts';

type Range = stats.Range;

/** How it went with a webhook: its attempts by outcome, and how long they took. */
export function Charts({ webhookId }: { webhookId: string }): View {
  const range = useSignal<Range>('1h');
  const live = useLive(`${webhookId} ${range.value}`, (signal) =>
    api.value.get('/webhooks/{webhook_id}/stats', {
      path: { webhook_id: webhookId },
      query: stats.queryOf(range.value, Date.now()),
      signal,
    }),
  );
  return html`<section aria-labelledby="attempts">
    <div class="head">
      <h2 id="attempts">Attempts</h2>
      <div class="actions" role="group" aria-label="Of the last">
        ${(Object.keys(stats.RANGES) as Range[]).map(
          (one) =>
            html`<button
              class=${one === range.value ? '' : 'outline secondary'}
              aria-pressed=${one === range.value}
              onClick=${() => (range.value = one)}
            >
              ${stats.RANGES[one].name}
            </button>`,
        )}
      </div>
    </div>
    <${Loaded}
      of=${live}
      show=${(read: Schemas['WebhookStats']) =>
        html`<${Shown} key=${range.value} read=${read} name=${stats.RANGES[range.value].last} />`}
    />
  </section>`;
}

const BARS: Series[] = [
  { color: '--series-failed', isBars: true },
  { color: '--series-retried', isBars: true },
  { color: '--series-succeeded', isBars: true },
];
const LINES: Series[] = [
  { color: '--series-p50' },
  { color: '--series-p95', dash: [8, 4] },
  { color: '--series-p99', dash: [2, 4] },
];

function Shown({ read, name }: { read: Schemas['WebhookStats']; name: string }): View {
  const { stats: steps } = read;
  const at = useSignal<number | undefined>(undefined);
  const onPoint = (index: number | undefined) => (at.value = index);
  const data = useMemo(() => dataOf(steps), [steps]);
  const bounds = { from: Date.parse(read.from) / 1000, to: Date.parse(read.to) / 1000 };
  const all = `In the last ${name}: ${stats.outcomeWords(steps)}.`;
  const pointed = useComputed(() => (at.value === undefined ? undefined : steps[at.value]));
  const step = pointed.value;
  return html`<div>
    <p class="readout">${step === undefined ? all : pointWords(step)}</p>
    <${Key} names=${Object.entries(stats.OUTCOMES)} />
    <${Plot}
      ...${bounds}
      label=${`Attempts by outcome. ${all}`}
      data=${data.outcomes}
      series=${BARS}
      write=${wholeWords}
      onPoint=${onPoint}
    />
    <${Key} names=${PERCENTILES} />
    <${Plot}
      ...${bounds}
      label="How long attempts took: half of them, 95 % of them, and 99 % of them"
      data=${data.latencies}
      series=${LINES}
      write=${stats.msWords}
      onPoint=${onPoint}
    />
    <${StatsTable} steps=${steps} />
  </div>`;
}

const PERCENTILES = [
  ['p50', 'half of the attempts took up to'],
  ['p95', '95 % of them'],
  ['p99', '99 % of them'],
] as const;

/** Which colour is what. */
function Key({ names }: { names: readonly (readonly [string, string])[] }): View {
  return html`<ul class="key">
    ${names.map(([name, words]) => html`<li><i class=${`swatch ${name}`} aria-hidden="true"></i>${words}</li>`)}
  </ul>`;
}

function dataOf(steps: stats.Step[]) {
  const times = stats.timesOf(steps);
  const of = (name: 'p50_ms' | 'p95_ms' | 'p99_ms') => steps.map((step) => step[name]);
  return {
    outcomes: [times, ...stats.stackOf(steps)],
    latencies: [times, of('p50_ms'), of('p95_ms'), of('p99_ms')],
  };
}

const wholeWords = (value: number) => (Number.isInteger(value) ? String(value) : '');

function pointWords(step: stats.Step): string {
  const took =
    step.p50_ms === null
      ? ''
      : `; half took up to ${stats.msWords(step.p50_ms)}, 95 % up to ${stats.msWords(step.p95_ms)}`;
  return `${localTime(step.at)}: ${stats.outcomeWords([step])}${took}.`;
}
