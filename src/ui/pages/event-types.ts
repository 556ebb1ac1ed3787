import { EventTypePage } from '../event-type/event-type.ts';
import { EventTypeList } from '../event-type/list.ts';
import { html, type View } from '../html.ts';

/** Event types, or the one that is named. */
export function EventTypes({ name }: { name: string | undefined }): View {
  return name === undefined
    ? html`<${EventTypeList} />`
    : html`<${EventTypePage} key=${name} name=${name} />`;
}
