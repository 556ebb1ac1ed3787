import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { messageOf, type HttpMessage } from './http-message.ts';
import { prettyJson } from './json-text.ts';
import { LongText } from './long-text.ts';

type MessageViewProps = {
  title: string;
  raw: string;
  /** What is told where nothing was recorded. */
  nothing: string;
  curl?: string | undefined;
};

/** A request or an answer: taken apart, or as it was. */
export function MessageView({ title, raw, nothing, curl }: MessageViewProps): View {
  const isRaw = useSignal(false);
  const message = messageOf(raw);
  if (message === undefined)
    return html`<section class="message">
      <h4>${title}</h4>
      <p class="muted">${nothing}</p>
    </section>`;
  return html`<section class="message">
    <div class="head">
      <h4>${title}</h4>
      <div class="actions">
        <button
          type="button"
          class="small outline secondary"
          aria-pressed=${isRaw.value}
          aria-label=${`Raw ${title.toLowerCase()}`}
          onClick=${() => (isRaw.value = !isRaw.value)}
        >
          Raw
        </button>
        <${CopyButton} text=${raw} what=${`the ${title.toLowerCase()}`} />
        ${curl !== undefined && html`<${CopyButton} text=${curl} what="the request" label="Copy as curl" />`}
      </div>
    </div>
    ${
      isRaw.value
        ? html`<${LongText} text=${raw} label=${`${title}, raw`} />`
        : html`<${Parts} message=${message} title=${title} />`
    }
  </section>`;
}

function Parts({ message, title }: { message: HttpMessage; title: string }): View {
  const { start, headers, body } = message;
  return html`<div>
    <code class="start">${start}</code>
    <details>
      <summary>${headers.length === 1 ? '1 header' : `${headers.length} headers`}</summary>
      <dl class="facts headers">
        ${headers.map(([name, value]) => [html`<dt>${name}</dt>`, html`<dd>${value}</dd>`])}
      </dl>
    </details>
    <${BodyText} text=${body} label=${`${title}, body`} />
  </div>`;
}

/** A payload: JSON laid out, all else as it is. */
export function BodyText({ text, label }: { text: string; label: string }): View {
  if (text === '') return html`<p class="muted">The body is empty.</p>`;
  return html`<${LongText} text=${prettyJson(text) ?? text} label=${label} />`;
}
