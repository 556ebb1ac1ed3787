import { Form } from '../form/form.ts';
import { startOf, type Start } from '../form/saving.ts';
import { fieldsOf, schemasIn, type Field } from '../form/schema.ts';
import { html, type View } from '../html.ts';
import { useOnce } from '../once.ts';
import { Loaded } from '../parts/loaded.ts';
import { api } from '../session.ts';

type Read = { fields: Field[]; start: Start };

/** Makes a webhook, or changes one. The form is made from the API's own description of it. */
export function WebhookForm({ id }: { id?: string }): View {
  const read = useOnce(async (signal): Promise<Read> => {
    const fields = fieldsOf(schemasIn(await api.value.document(signal)), 'WebhookInput');
    return { fields, start: await startOf(api.value, id, fields) };
  });
  const title = id === undefined ? 'New webhook' : 'Settings of a webhook';
  return html`<section>
    <h1>${title}</h1>
    <${Loaded}
      of=${read}
      show=${({ fields, start }: Read) => html`<${Form} fields=${fields} start=${start} />`}
    />
  </section>`;
}
