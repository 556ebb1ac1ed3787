import { html, type View } from '../html.ts';

type TextFieldProps = {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  placeholder?: string;
  list?: string;
  required?: boolean;
};

/** A text that may be missing. */
export function TextField({
  label,
  value = '',
  onChange,
  placeholder,
  list,
  required,
}: TextFieldProps): View {
  const change = (event: InputEvent) => {
    const given = (event.target as HTMLInputElement).value;
    onChange(given === '' ? undefined : given);
  };
  return html`<label>
    ${label}
    <input
      type="text"
      autocomplete="off"
      spellcheck="false"
      ...${{ value, placeholder, list, required }}
      onInput=${change}
    />
  </label>`;
}
