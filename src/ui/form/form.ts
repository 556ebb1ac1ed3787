import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { notice } from '../notices.ts';
import { Fault, useTask } from '../parts/task.ts';
import { goTo, hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { FieldView, idOf, type FormFault } from './field-view.ts';
import { groupsOf, type Group } from './groups.ts';
import * as saving from './saving.ts';
import type { Field } from './schema.ts';

type FormParts = { fields: Field[]; start: saving.Start };

/** The settings of a webhook, to be made or changed. */
export function Form(parts: FormParts): View {
  const { base, draft, fault, task, submit } = useSaving(parts);
  const { id } = parts.start;
  useEffect(() => show(fault.value), [fault.value]);
  return html`<form class="settings" onSubmit=${submit} onInvalidCapture=${openAround}>
    <div key=${base.value.etag}>
      ${groupsOf(parts.fields).map(
        (group, i) =>
          html`<${GroupOf}
            key=${group.title}
            of=${group}
            isOpen=${i === 0}
            draft=${draft}
            fault=${fault}
          />`,
      )}
    </div>
    <${Fault} of=${task} />
    <div class="actions">
      <button type="submit" aria-busy=${task.isWorking.value} disabled=${task.isWorking.value}>
        ${id === undefined ? 'Create it' : 'Save'}
      </button>
      <a
        role="button"
        class="outline secondary"
        href=${hrefTo(id === undefined ? ['webhooks'] : ['webhooks', id])}
        >Leave it</a
      >
    </div>
  </form>`;
}

/** What was typed so far, what it began with, and how it is saved. */
function useSaving({ fields, start }: FormParts) {
  const base = useSignal(start);
  const draft = useSignal<saving.Values>(start.values);
  const fault = useSignal<FormFault | undefined>(undefined);
  const task = useTask();

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    fault.value = undefined;
    await task.run(async () => {
      try {
        const { id, name } = await saving.save(api.value, base.value, draft.value);
        notice.value = { kind: 'done', text: savedWords(start.id, name) };
        goTo(['webhooks', id]);
      } catch (error) {
        if (saving.isOutdated(error)) await rebase();
        fault.value = placed(saving.faultOf(error));
        if (fault.value === undefined) throw error;
      }
    });
  }

  /** The reader keeps what they typed, and sees what the others did. */
  async function rebase(): Promise<never> {
    const before = base.value;
    const now = await saving.startOf(api.value, before.id, fields);
    draft.value = saving.rebased(before, draft.value, now);
    base.value = now;
    throw new Error(outdatedWords(saving.changedNames(before.values, now.values)));
  }

  return { base, draft, fault, task, submit };
}

type GroupParts = {
  of: Group;
  isOpen: boolean;
  draft: Signal<saving.Values>;
  fault: Signal<FormFault | undefined>;
};

function GroupOf({ of: { title, fields }, isOpen, draft, fault }: GroupParts): View {
  const set = (name: string, value: unknown) => {
    draft.value = { ...draft.value, [name]: value };
    // What was said of the value before need not hold of this one.
    if (fault.value?.path.split('.')[0] === name) fault.value = undefined;
  };
  const views = fields.map(
    (field) =>
      html`<${FieldView}
        key=${field.name}
        field=${field}
        path=${field.name}
        value=${draft.value[field.name]}
        onValue=${(value: unknown) => set(field.name, value)}
        fault=${fault.value}
      />`,
  );
  if (isOpen)
    return html`<section>
      <h2>${title}</h2>
      ${views}
    </section>`;
  return html`<details class="more-settings">
    <summary>${title}</summary>
    ${views}
  </details>`;
}

const savedWords = (id: string | undefined, name: string) =>
  id === undefined ? `${name} is there.` : `${name} is changed.`;

function outdatedWords(names: string[]): string {
  const what = names.length === 0 ? '' : ` (${names.join(', ')})`;
  return `Somebody else has changed this webhook meanwhile${what}. What you changed is still here, on top of that: look at it, and save again.`;
}

/** A path may lead deeper than there are fields: `valid_status_codes.3` is one field. */
function placed(fault: FormFault | undefined): FormFault | undefined {
  let path = fault?.path ?? '';
  while (path !== '' && document.getElementById(idOf(path)) === null)
    path = path.slice(0, Math.max(0, path.lastIndexOf('.')));
  return fault === undefined || path === '' ? undefined : { path, text: wordsOf(fault, path) };
}

/** What is below the field is named, as it is not to be seen from the field alone. */
const wordsOf = ({ path, text }: FormFault, at: string) =>
  path === at ? text : `${path}: ${text}`;

function show(fault: FormFault | undefined): void {
  const control = fault && document.getElementById(idOf(fault.path));
  if (control === null || control === undefined) return;
  openDetailsOf(control);
  control.focus();
}

/** A browser cannot show what is wrong where it is closed away. */
function openAround(event: Event): void {
  openDetailsOf(event.target as Element);
}

function openDetailsOf(element: Element): void {
  let details = element.closest('details');
  while (details !== null) {
    details.open = true;
    details = details.parentElement?.closest('details') ?? null;
  }
}
