import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';
import { wordsOf } from '../notices.ts';
import { hasKey, unlock } from '../session.ts';

/** Asks for the API key, which stays in this tab. */
export function KeyForm(): View {
  const fault = useSignal<string | undefined>(
    hasKey.value ? 'The API does not take this key any more.' : undefined,
  );
  const isTrying = useSignal(false);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement).get('key');
    isTrying.value = true;
    try {
      const isTaken = await unlock(typeof given === 'string' ? given.trim() : '');
      if (!isTaken) fault.value = 'The API does not take this key.';
    } catch (error) {
      fault.value = wordsOf(error);
    } finally {
      isTrying.value = false;
    }
  }

  return html`<main class="container key-form">
    <h1>Postmand</h1>
    <form onSubmit=${submit}>
      <label for="api-key">API key</label>
      <input
        id="api-key"
        name="key"
        type="password"
        autocomplete="off"
        required
        autofocus
        aria-describedby="api-key-help"
        aria-invalid=${fault.value === undefined ? undefined : 'true'}
      />
      <small id="api-key-help" role=${fault.value === undefined ? undefined : 'alert'}>
        ${fault.value ?? 'One of POSTMAND_API_KEYS. It is kept in this tab, and sent to this API alone.'}
      </small>
      <button type="submit" aria-busy=${isTrying.value}>Open</button>
    </form>
  </main>`;
}
