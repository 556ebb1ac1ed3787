import { html, type View } from '../html.ts';
import { hrefTo } from '../route.ts';
import type { WebhookFilter } from './filter.ts';

const EVENT_TYPE = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/;
const LONGEST_EVENT_TYPE = 128;

/** Says that there is no webhook, or none like that, and where else a text may be looked for. */
export function None({ filter: { name, state } }: { filter: WebhookFilter }): View {
  const words =
    name === undefined && state === undefined
      ? 'There are no webhooks yet. "New webhook" makes the first one.'
      : 'No webhook is like that.';
  return html`<tr>
    <td colspan="4" class="muted wrap">
      <p>${words}</p>
      ${name !== undefined && html`<${Elsewhere} text=${name} />`}
    </td>
  </tr>`;
}

function Elsewhere({ text }: { text: string }): View {
  const mayBeType = text.length <= LONGEST_EVENT_TYPE && EVENT_TYPE.test(text);
  return html`<div>
    <p>Something else may be called so:</p>
    <ul>
      <li>
        <a href=${hrefTo(['deliveries'], { ordering_key: text })}>
          deliveries with the ordering key ${text}
        </a>
      </li>
      ${
        mayBeType &&
        html`<li>
          <a href=${hrefTo(['events'], { type: text })}>events of the type ${text}</a>
        </li>`
      }
    </ul>
    <p>
      Metadata is looked for under <a href=${hrefTo(['deliveries'])}>Deliveries</a> and ${' '}<a
        href=${hrefTo(['events'])}
        >Events</a
      >, by its name and value.
    </p>
  </div>`;
}
