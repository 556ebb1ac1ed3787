import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useId, useLayoutEffect } from 'preact/hooks';
import { html, type View } from '../html.ts';

type Refusal = {
  /** Attributes of the field. */
  field: object;
  /** Why the form was not sent, to be shown beside the field. */
  words: View;
};

/**
 * Keeps the form of a field from being sent while `why` is not empty, and says it beside the field
 * once somebody has tried, instead of in a bubble that goes away.
 */
export function useRefusal(field: RefObject<HTMLInputElement | null>, why: string): Refusal {
  const id = useId();
  const wasTried = useSignal(false);
  useLayoutEffect(() => {
    field.current?.setCustomValidity(why);
    if (why === '') wasTried.value = false;
  }, [why]);

  function refuse(event: Event): void {
    // A field that is only required and empty has the words of the browser.
    if (why === '') return;
    event.preventDefault();
    wasTried.value = true;
    // Preventing the bubble prevents the focus, too. A field that is folded away takes none.
    const details = field.current?.closest('details');
    if (details) details.open = true;
    field.current?.focus();
  }
  const isShown = wasTried.value && why !== '';
  return {
    field: {
      onInvalid: refuse,
      'aria-invalid': isShown ? 'true' : undefined,
      'aria-describedby': isShown ? id : undefined,
    },
    words: isShown ? html`<small id=${id} class="refusal" role="alert">${why}</small>` : null,
  };
}
