import type { Schemas } from '../../client/api.ts';
import { count, distance } from '../../client/explaining/time-words.ts';
import { msWords } from '../chart/stats.ts';
import { useNow } from '../clock.ts';
import { html, type View } from '../html.ts';
import { Moment } from '../parts/moment.ts';
import { hrefTo } from '../route.ts';

type FigureParts = { figures: Schemas['StatsOfStep']; oldestDueAt: string | null };

/** How it goes today, in figures. */
export function Figures({ figures, oldestDueAt }: FigureParts): View {
  const { accepted, succeeded, failed, retried, p50_ms, p95_ms } = figures;
  const all: [name: string, value: string, note: string, href?: string][] = [
    ['Accepted', count(accepted), 'deliveries'],
    ['Succeeded', count(succeeded), 'deliveries'],
    ['Failed', count(failed), 'deliveries', hrefTo(['deliveries'], { status: 'failed' })],
    ['Tried again', count(retried), 'attempts that failed'],
    ['Half took up to', msWords(p50_ms), 'attempts'],
    ['95 % took up to', msWords(p95_ms), 'attempts'],
  ];
  return html`<section aria-labelledby="today">
    <h2 id="today">Today</h2>
    <dl class="figures">
      ${all.map(
        ([name, value, note, href]) =>
          html`<div key=${name}>
            <dt>${href === undefined ? name : html`<a href=${href}>${name}</a>`}</dt>
            <dd><strong>${value}</strong> <small>${note}</small></dd>
          </div>`,
      )}
    </dl>
    <p class="muted">
      Of all webhooks, since <${Moment} at=${figures.at} />: days are those of UTC.${' '}
      <${OldestDue} at=${oldestDueAt} />
    </p>
  </section>`;
}

function OldestDue({ at }: { at: string | null }): View {
  const now = useNow();
  if (at === null) return html`<span>No delivery is due and waiting to be sent.</span>`;
  return html`<span>
    The oldest delivery that is due has been so since <${Moment} at=${at} />
    ${` (${distance(new Date(at), now)})`}.
  </span>`;
}
