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
};

/** Begins anew where the filter of the address has become another one, such as by "back". */
export function useDraft<Filter extends object>(
  filter: Filter,
  onSearch: (filter: Filter) => void,
): Draft<Filter> {
  const draft = useSignal(filter);
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
  };
}
