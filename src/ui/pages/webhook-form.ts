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
  return html`<section>
    <${Loaded}
      of=${read}
      show=${({ fields, start }: Read) =>
        html`<div>
          <h1>${titleOf(start)}</h1>
          <${Form} fields=${fields} start=${start} />
        </div>`}
    />
  </section>`;
}

const titleOf = ({ id, values }: Start) =>
  id === undefined ? 'New webhook' : `Settings of ${String(values['name'])}`;
