import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { heedLock } from './session.ts';

/** What is read one time. Until the first answer both are undefined. */
export type Once<Value> = {
  value: Signal<Value | undefined>;
  error: Signal<unknown>;
};

/** Reads something when the component is first there, such as what a dialog is about. */
export function useOnce<Value>(load: (signal: AbortSignal) => Promise<Value>): Once<Value> {
  const value = useSignal<Value | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  useEffect(() => {
    const running = new AbortController();
    load(running.signal).then(
      (read) => (value.value = read),
      (failure: unknown) => {
        if (!running.signal.aborted) error.value = heedLock(failure);
      },
    );
    return () => running.abort();
  }, []);
  return { value, error };
}
