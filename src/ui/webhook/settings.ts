import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { Moment } from '../parts/moment.ts';
import { hrefTo } from '../route.ts';
import { settingsInWords } from './settings-words.ts';

/** The settings of a webhook in plain words. */
export function Settings({ webhook }: { webhook: Schemas['Webhook'] }): View {
  const { id, metadata, public_key, created_at, updated_at } = webhook;
  const pairs = Object.entries(metadata);
  return html`<section aria-labelledby="settings">
    <div class="head">
      <h2 id="settings">Settings</h2>
      <p class="actions"><a href=${hrefTo(['webhooks', id, 'edit'])}>Change them</a></p>
    </div>
    <article>
      ${settingsInWords(webhook).map(
        ({ title, sentences }) =>
          html`<div key=${title}>
            <h3>${title}</h3>
            <p class="wrap">${sentences.join(' ')}</p>
          </div>`,
      )}
      <dl class="facts">
        <dt>Id</dt>
        <dd><code>${id}</code> <${CopyButton} text=${id} what="the id" /></dd>
        ${
          public_key !== null &&
          html`<dt>Public key</dt>
            <dd>
              <code>${public_key}</code> <${CopyButton} text=${public_key} what="the public key" />
            </dd>`
        }
        ${
          pairs.length > 0 &&
          html`<dt>Metadata</dt>
            <dd>${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')}</dd>`
        }
        <dt>Created</dt>
        <dd><${Moment} at=${created_at} /></dd>
        <dt>Changed</dt>
        <dd><${Moment} at=${updated_at} /></dd>
      </dl>
    </article>
  </section>`;
}
