import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** A filter that the reader changes, before it counts. */
export type Draft<Filter> = {
  draft: Signal<Filter>;
  /** For what is typed: it counts once they search. */
  change: (changed: Partial<Filter>) => void;
  /** For what is chosen: it counts at once. */
  choose: (changed: Partial<Filter>) => void;
  submit: (event: Event) => void;
  /** Leaves nothing of what was chosen, nor of what was typed. */
  clear: () => void;
  /** Another one each time it is cleared: a key for fields that keep what is typed. */
  clearings: number;
};

/** Begins anew where the filter of the address has become another one, such as by "back". */
export function useDraft<Filter extends object>(
  filter: Filter,
  onSearch: (filter: Filter) => void,
  empty: Filter,
): Draft<Filter> {
  const draft = useSignal(filter);
  const clearings = useSignal(0);
  useEffect(() => {
    draft.value = filter;
  }, [JSON.stringify(filter)]);
  const change = (changed: Partial<Filter>) => {
    draft.value = { ...draft.value, ...changed };
  };
  return {
    draft,
    change,
    choose: (changed) => {
      change(changed);
      onSearch(draft.value);
    },
    submit: (event) => {
      event.preventDefault();
      onSearch(draft.value);
    },
    clear: () => {
      clearings.value += 1;
      draft.value = empty;
      onSearch(empty);
    },
    clearings: clearings.value,
  };
}
