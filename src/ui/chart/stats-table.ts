import { count } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { Moment } from '../parts/moment.ts';
import { msWords, type Step } from './stats.ts';

const COLUMNS = ['accepted', 'attempts', 'succeeded', 'retried', 'failed', 'held'] as const;
const LATENCIES = ['p50_ms', 'p95_ms', 'p99_ms'] as const;
const NAMES = { p50_ms: 'p50', p95_ms: 'p95', p99_ms: 'p99' };

/** The numbers of the charts, for those who do not see them, or want them exact. */
export function StatsTable({ steps }: { steps: Step[] }): View {
  const busy = steps.filter((step) => COLUMNS.some((name) => step[name] > 0)).toReversed();
  return html`<details>
    <summary>The same in numbers</summary>
    ${
      busy.length === 0
        ? html`<p class="muted">Nothing happened in this time.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Figures by time">
            <table>
              <caption>
                Steps in which something happened, the latest first
              </caption>
              <thead>
                <tr>
                  <th scope="col">From</th>
                  ${COLUMNS.map((name) => html`<th scope="col" class="number">${capital(name)}</th>`)}
                  ${LATENCIES.map(
                    (name) => html`<th scope="col" class="number">${NAMES[name]}</th>`,
                  )}
                </tr>
              </thead>
              <tbody>
                ${busy.map((step) => html`<${Row} key=${step.at} step=${step} />`)}
              </tbody>
            </table>
          </div>`
    }
  </details>`;
}

function Row({ step }: { step: Step }): View {
  return html`<tr>
    <th scope="row"><${Moment} at=${step.at} /></th>
    ${COLUMNS.map((name) => html`<td class="number">${count(step[name])}</td>`)}
    ${LATENCIES.map((name) => html`<td class="number">${msWords(step[name])}</td>`)}
  </tr>`;
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
