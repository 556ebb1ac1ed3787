import { html, type View } from '../html.ts';
import { OperationList } from '../operation/list.ts';
import { OperationPage } from '../operation/operation.ts';

/** Operations, or the one that is named. */
export function Operations({ id }: { id: string | undefined }): View {
  return id === undefined
    ? html`<${OperationList} />`
    : html`<${OperationPage} key=${id} id=${id} />`;
}
