import { useEffect, useRef } from 'preact/hooks';
import { ApiProblem } from '../../client/problem.ts';
import { placeOf } from '../find.ts';
import { html, type View } from '../html.ts';
import { notice, wordsOf } from '../notices.ts';
import { api, heedLock } from '../session.ts';

/** Finds anything by its id, and webhooks by name. The key `/` leads here from everywhere. */
export function SearchBox(): View {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      field.current?.select();
      field.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const text = field.current?.value.trim() ?? '';
    if (text === '') return;
    notice.value = undefined;
    try {
      location.hash = await placeOf(api.value, text);
    } catch (error) {
      const failure = heedLock(error);
      if (failure !== undefined)
        notice.value = { kind: 'failed', text: missingWords(failure, text) };
    }
  }

  return html`<form role="search" onSubmit=${submit}>
    <input
      ref=${field}
      type="search"
      maxlength="255"
      placeholder="Id or name  /"
      aria-label="Search by id, or webhooks by name"
      aria-keyshortcuts="/"
      autocomplete="off"
      spellcheck=${false}
    />
  </form>`;
}

const missingWords = (failure: unknown, text: string) =>
  failure instanceof ApiProblem && failure.status === 404
    ? `Nothing has the id ${text}. It may have been deleted, or be kept no longer.`
    : wordsOf(failure);

function isTyping({ target, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (altKey || ctrlKey || metaKey) return true;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}
