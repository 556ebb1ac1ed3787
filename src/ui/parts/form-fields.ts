/** What was typed in the form of an event, by the names of the fields. Files are left out. */
export function fieldsOf(event: Event): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of new FormData(event.target as HTMLFormElement))
    if (typeof value === 'string') fields[name] = value;
  return fields;
}
