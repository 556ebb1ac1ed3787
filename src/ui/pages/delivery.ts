import { Cancel, canSendAgain, Redeliver } from '../delivery/redeliver.ts';
import { DeliveryFacts } from '../delivery/facts.ts';
import { Explained } from '../delivery/explained.ts';
import { readDelivery, withOlder, type Read } from '../delivery/read.ts';
import { Timeline } from '../delivery/timeline.ts';
import { html, type View } from '../html.ts';
import { useLive, type Live } from '../live.ts';
import { BodyText } from '../message/message-view.ts';
import { doing } from '../notices.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { Loaded } from '../parts/loaded.ts';
import { WebhookLink } from '../parts/webhook-link.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';

/** A delivery: why it has arrived or has not, and all that happened to it. */
export function DeliveryPage({ id }: { id: string }): View {
  const live: Live<Read> = useLive(id, () => readDelivery(api.peek(), id, live.value.peek()));
  const reload = () => live.reload();
  const older = () => void showOlder(live);
  const show = (read: Read) =>
    html`<div>
      <div class="head">
        <h1>Delivery to <${WebhookLink} id=${read.delivery.webhook_id} /></h1>
        <div class="actions">
          ${
            canSendAgain(read.delivery) &&
            html`<${Redeliver} delivery=${read.delivery} reload=${reload} />`
          }
          <${Cancel} delivery=${read.delivery} />
        </div>
      </div>
      <${Explained} read=${read} reload=${reload} />
      <div class="beside">
        <${Timeline} read=${read} onOlder=${older} />
        <div>
          <${DeliveryFacts} read=${read} />
          <${Payload} text=${read.delivery.payload} removedAt=${read.delivery.payload_removed_at} />
        </div>
      </div>
    </div>`;
  return html`<section>
    <p class="way"><a href=${hrefTo(['deliveries'])}>Deliveries</a></p>
    <${Loaded} of=${live} show=${show} />
  </section>`;
}

async function showOlder(live: Live<Read>): Promise<void> {
  const read = live.value.peek();
  if (read === undefined) return;
  await doing(async () => {
    const longer = await withOlder(api.peek(), read);
    live.value.value = longer;
    return `${longer.attempts.length} attempts are shown.`;
  });
}

type PayloadProps = { text: string; removedAt: string | null };

/** What is sent. */
export function Payload({ text, removedAt }: PayloadProps): View {
  return html`<section>
    <div class="head">
      <h2>Payload</h2>
      ${text !== '' && html`<${CopyButton} text=${text} what="the payload" />`}
    </div>
    ${
      removedAt === null
        ? html`<${BodyText} text=${text} label="Payload" />`
        : html`<p class="muted">It was removed.</p>`
    }
  </section>`;
}
