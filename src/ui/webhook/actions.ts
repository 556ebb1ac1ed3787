import { useSignal, type Signal } from '@preact/signals';
import { html, type View } from '../html.ts';
import { hrefTo } from '../route.ts';
import type { ActionParts } from './action-parts.ts';
import { activate, resume } from './activate.ts';
import { Delete } from './delete.ts';
import { Pause } from './pause.ts';
import { Preview } from './preview.ts';
import { Redeliver } from './redeliver.ts';
import { Test } from './test.ts';

type Open = 'pause' | 'test' | 'redeliver' | 'preview' | 'delete' | undefined;

/** What can be done with a webhook. */
export function Actions({ webhook, changed }: ActionParts): View {
  const open = useSignal<Open>(undefined);
  const opens = (one: Open) => () => (open.value = one);
  const { id, active, health } = webhook;
  return html`<div>
    <div class="actions">
      ${!active && html`<button onClick=${() => activate(id, changed)}>Activate</button>`}
      ${
        health.state === 'paused'
          ? html`<button onClick=${() => resume(webhook, changed)}>Resume</button>`
          : html`<button class="outline" onClick=${opens('pause')}>Pause</button>`
      }
      <button class="outline" onClick=${opens('test')}>Test</button>
      <button class="outline" onClick=${opens('redeliver')}>Redeliver</button>
      <button class="outline" onClick=${opens('preview')}>Preview</button>
      <a role="button" class="outline" href=${hrefTo(['webhooks', id, 'edit'])}>Edit</a>
      <button class="outline danger" onClick=${opens('delete')}>Delete</button>
    </div>
    ${opened({ webhook, changed }, open)}
  </div>`;
}

function opened(parts: ActionParts, open: Signal<Open>): View {
  const onClose = () => (open.value = undefined);
  switch (open.value) {
    case 'pause':
      return html`<${Pause} ...${parts} onClose=${onClose} />`;
    case 'test':
      return html`<${Test} ...${parts} onClose=${onClose} />`;
    case 'redeliver':
      return html`<${Redeliver} ...${parts} onClose=${onClose} />`;
    case 'preview':
      return html`<${Preview} ...${parts} onClose=${onClose} />`;
    case 'delete':
      return html`<${Delete} ...${parts} onClose=${onClose} />`;
    case undefined:
      return null;
  }
}
