import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { useLive, type Live } from '../live.ts';
import { Confirm } from '../parts/confirm.ts';
import { Loaded } from '../parts/loaded.ts';
import { localTime, Moment } from '../parts/moment.ts';
import { api } from '../session.ts';
import { Rotate } from './rotate.ts';
import { signaturesOf } from './secret-words.ts';

type Secret = Schemas['WebhookSecret'];
type Webhook = Schemas['Webhook'];

/** The secrets of a webhook that are valid now, and how another one takes over. */
export function Secrets({ webhook }: { webhook: Webhook }): View {
  const { id } = webhook;
  const live = useLive(id, (signal) =>
    api.value.get('/webhooks/{webhook_id}/secrets', { path: { webhook_id: id }, signal }),
  );
  const isRotating = useSignal(false);
  const ending = useSignal<Secret | undefined>(undefined);
  const reload = () => void live.reload();
  return html`<section aria-labelledby="secrets">
    <div class="head">
      <h2 id="secrets">Secrets</h2>
      <p class="actions">
        <button class="outline" onClick=${() => (isRotating.value = true)}>Rotate</button>
      </p>
    </div>
    <${Loaded}
      of=${live}
      show=${({ secrets }: Schemas['WebhookSecretList']) =>
        secretList(webhook, secrets, (one) => (ending.value = one))}
    />
    ${
      isRotating.value &&
      html`<${Rotate}
        webhook=${webhook}
        onRotated=${reload}
        onClose=${() => (isRotating.value = false)}
      />`
    }
    ${ending.value && html`<${End} id=${id} secret=${ending.value} live=${live} end=${ending} />`}
  </section>`;
}

function secretList(webhook: Webhook, secrets: Secret[], end: (one: Secret) => void): View {
  if (secrets.length === 0)
    return html`<p class="muted">It has no secret. Rotate gives it one.</p>`;
  return html`<ul class="plain-list">
    ${secrets.map(
      (one) =>
        html`<li key=${one.id}>
          <article>
            <div class="head">
              <div>
                <strong>${one.current ? 'The present secret' : 'An earlier secret'}</strong>
                <div class="muted">${secretWords(webhook, one)}</div>
                ${one.public_key !== null && html`<div class="wrap"><code>${one.public_key}</code></div>`}
              </div>
              ${
                !one.current &&
                html`<button
                  class="small outline"
                  aria-label=${`End the ${nameOf(one)}`}
                  onClick=${() => end(one)}
                >
                  End it
                </button>`
              }
            </div>
          </article>
        </li>`,
    )}
  </ul>`;
}

function secretWords(webhook: Webhook, secret: Secret): View {
  const { set_at, expires_at } = secret;
  const made = signaturesOf(webhook, secret);
  return html`<span>
    ${set_at === null ? 'Set by an earlier version' : html`Set <${Moment} at=${set_at} />`}
    ${expires_at !== null && html`, ends <${Moment} at=${expires_at} />`}${made.length > 0 && `, makes ${made.join(', ')}`}
  </span>`;
}

const nameOf = ({ set_at }: Secret) =>
  set_at === null ? 'earlier secret' : `secret that was set ${localTime(set_at)}`;

type EndParts = {
  id: string;
  secret: Secret;
  live: Live<Schemas['WebhookSecretList']>;
  end: { value: Secret | undefined };
};

function End({ id, secret, live, end }: EndParts): View {
  async function work(): Promise<string> {
    await api.value.delete('/webhooks/{webhook_id}/secrets/{secret_id}', {
      path: { webhook_id: id, secret_id: secret.id },
    });
    await live.reload();
    return 'The secret has ended.';
  }
  return html`<${Confirm}
    title="End this secret?"
    verb="End it"
    danger=${true}
    work=${work}
    onClose=${() => (end.value = undefined)}
  >
    <p>
      Requests are no longer signed with the ${nameOf(secret)}. A receiver that knows no newer one
      refuses them from then on.
    </p>
  <//>`;
}
