/** What stands for a secret value where a webhook or one of its requests is shown. */
export const MASK = '***';

/** A client that has read a webhook and writes it back sends the mask: the value stays. */
export function isMask(value: string | null | undefined): boolean {
  return value === MASK;
}

/** To be read behind the name of a field that is the mask where nothing was before. */
export const NOTHING_KEPT = '*** keeps the value that is there, and there is none';
