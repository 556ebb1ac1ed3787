import type { Schemas } from '../../client/api.ts';
import { explainWebhook } from '../../client/explain-webhook.ts';
import { useReader } from '../clock.ts';
import { html, type View } from '../html.ts';
import { Moment } from '../parts/moment.ts';
import { inline } from '../parts/prose.ts';
import { StateOf } from './state-of.ts';

/** How it goes with a webhook, in sentences and in figures. */
export function Health({ webhook }: { webhook: Schemas['Webhook'] }): View {
  const { headline, facts, advice } = explainWebhook(webhook, useReader());
  const { last_success_at, last_failure_at, consecutive_failures } = webhook.health;
  const when = (at: string | null) =>
    at === null ? 'none is known' : html`<${Moment} at=${at} />`;
  return html`<section aria-labelledby="health">
    <h2 id="health">Health</h2>
    <article>
      <p><${StateOf} webhook=${webhook} /> <strong>${inline(headline)}</strong></p>
      ${[...facts, ...advice].map((sentence) => html`<p key=${sentence}>${inline(sentence)}</p>`)}
      <dl class="facts">
        <dt>Last success</dt>
        <dd>${when(last_success_at)}</dd>
        <dt>Last failure</dt>
        <dd>${when(last_failure_at)}</dd>
        <dt>Failures since the last success</dt>
        <dd>${consecutive_failures}</dd>
      </dl>
    </article>
  </section>`;
}
