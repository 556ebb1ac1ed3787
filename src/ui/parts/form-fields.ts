/** What was typed in a form, by the names of the fields. Files are left out. */
export function fieldsIn(form: HTMLFormElement): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string') fields[name] = value;
  return fields;
}

/** What was typed in the form of an event. */
export const fieldsOf = (event: Event): Record<string, string> =>
  fieldsIn(event.target as HTMLFormElement);
