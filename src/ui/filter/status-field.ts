import { html, type View } from '../html.ts';
import type { DeliveryFilter } from './delivery-filter.ts';

type Chosen = Pick<DeliveryFilter, 'status' | 'held_reason' | 'failed_reason'>;
type StatusFieldProps = { filter: Chosen; onChange: (chosen: Chosen) => void };

const HELD = {
  webhook_inactive: 'held: its webhook is inactive',
  endpoint_failing: 'held: the endpoint is failing',
  endpoint_paused: 'held: its webhook is paused',
  ordered: 'held: waits for its ordering key',
  scheduled: 'scheduled for later',
  imported: 'held: was imported',
};

const FAILED = {
  attempts: 'failed: all attempts are used up',
  expired: 'failed: expired',
  poison: 'failed: ended the process that sent it',
  erased: 'failed: was erased',
};

/** A status, with its reason where one is wanted. */
export function StatusField({ filter, onChange }: StatusFieldProps): View {
  const { held_reason, failed_reason, status } = filter;
  const chosen = held_reason ?? failed_reason ?? status ?? '';
  const change = (event: Event) => onChange(meant((event.target as HTMLSelectElement).value));
  return html`<label>
    Status
    <select value=${chosen} onChange=${change}>
      <option value="">All</option>
      <option value="pending">pending</option>
      ${options(HELD)}
      <option value="succeeded">succeeded</option>
      <option value="failed">failed</option>
      ${options(FAILED)}
    </select>
  </label>`;
}

const options = (words: Record<string, string>) =>
  Object.entries(words).map(
    ([value, text]) => html`<option key=${value} value=${value}>· ${text}</option>`,
  );

function meant(chosen: string): Chosen {
  const none = { status: undefined, held_reason: undefined, failed_reason: undefined };
  if (chosen in HELD) return { ...none, status: 'pending', held_reason: chosen };
  if (chosen in FAILED) return { ...none, status: 'failed', failed_reason: chosen };
  return { ...none, status: chosen === '' ? undefined : chosen };
}
