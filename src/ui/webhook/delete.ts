import { several } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { Confirm } from '../parts/confirm.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';
import type { ActionParts } from './action-parts.ts';

/** Deletes a webhook, once its name was typed. */
export function Delete({ webhook, onClose }: ActionParts & { onClose: () => void }): View {
  const { id, name, health } = webhook;

  async function work(): Promise<string> {
    await api.value.delete('/webhooks/{webhook_id}', { path: { webhook_id: id } });
    goTo(['webhooks']);
    return `${name} is deleted.`;
  }

  return html`<${Confirm}
    title=${`Delete ${name}?`}
    verb="Delete it"
    typed=${name}
    danger=${true}
    work=${work}
    onClose=${onClose}
  >
    <p>
      All its deliveries and attempts go with it, and cannot be brought back.
      ${
        health.held > 0 &&
        html` <strong
          >${several(health.held, 'delivery', 'deliveries')}${health.held === 1000 && ' or more'}
          wait for it and would never be sent.</strong
        >`
      }
    </p>
  <//>`;
}
