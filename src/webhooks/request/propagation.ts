/**
 * Why a webhook may not have its requests tell of traces, behind the name of the field at fault.
 * The name of the header is in it, its value is not.
 */
export function propagationFault({ propagate_trace, headers }: Propagating): string | undefined {
  if (!propagate_trace) return undefined;
  const taken = Object.keys(headers).find((name) => /^trace(parent|state)$/i.test(name));
  return (
    taken && `headers.${taken}: cannot be set: it tells of the trace, as propagate_trace is true`
  );
}

type Propagating = { propagate_trace: boolean; headers: Record<string, string> };
