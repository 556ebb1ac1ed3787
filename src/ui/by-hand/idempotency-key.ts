import { useMemo } from 'preact/hooks';

/** The key of one form: what is sent twice, after an answer was lost, is stored once. */
export const useIdempotencyKey = (): string =>
  useMemo(() => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }, []);
