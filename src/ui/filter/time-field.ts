import { html, type View } from '../html.ts';

type TimeFieldProps = {
  label: string;
  /** A time as the API writes it. */
  value: string | undefined;
  onChange: (at: string | undefined) => void;
};

/** A time in the zone of the reader. */
export function TimeField({ label, value, onChange }: TimeFieldProps): View {
  const change = (event: InputEvent) => {
    const given = (event.target as HTMLInputElement).value;
    onChange(given === '' ? undefined : new Date(given).toISOString());
  };
  return html`<label>
    ${label}
    <input
      type="datetime-local"
      value=${value === undefined ? '' : local(value)}
      title=${value === undefined ? undefined : `${value} (UTC)`}
      onChange=${change}
    />
  </label>`;
}

/** `2026-11-23T08:00:00Z` → `2026-11-23T09:00`, in Berlin. Empty where it is no time. */
function local(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return '';
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString();
  return shifted.slice(0, shifted.endsWith(':00.000Z') ? 16 : 19);
}
