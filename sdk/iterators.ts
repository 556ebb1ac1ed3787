/**
 * What the iterators of the generated clients do beyond the cursor style of the generator. It would
 * end after the first page of a service that has no cursors (version 2.1), as if that were all, and
 * would send the offset that its caller began with beside each cursor, which the service refuses.
 * Here the rest comes by offset from such a service, and an offset goes with the first page only.
 */

type Edit = [from: string, to: string];

const TYPESCRIPT: Edit[] = [
  [
    `      if (next === undefined || next === null || next === '') return;
`,
    `      if (next === undefined && cursor === undefined) {
        // A service of version 2.1 has no cursors: the rest comes by offset.
        const first = resolvePointer(page, spec.items);
        if (!Array.isArray(first) || first.length === 0) return;
        const offset = Number(args.query?.offset ?? 0) + first.length;
        const rest: PaginationSpec = { style: 'offset', param: 'offset', items: spec.items };
        yield* pages(call, rest, { ...args, query: { ...args.query, offset } }, init);
        return;
      }
      if (next === undefined || next === null || next === '') return;
`,
  ],
  [
    `      cursor = next;
`,
    `      cursor = next;
      args = { ...args, query: { ...args.query, offset: undefined } };
`,
  ],
];

const PYTHON: Edit[] = [
  [
    `            nxt = resolve_pointer(page, spec.get("next_cursor", ""))
            if nxt is None or nxt == "":
                return
`,
    `            nxt = resolve_pointer(page, spec.get("next_cursor", ""))
            if cursor is None and spec["next_cursor"][1:] not in page:
                # A service of version 2.1 has no cursors: the rest comes by offset.
                offset = int(base.get("offset") or 0) + len(resolve_pointer(page, spec["items"]))
                rest = {**spec, "style": "offset", "param": "offset"}
                yield from iter_pages(call, rest, {**base, "offset": offset})
                return
            if nxt is None or nxt == "":
                return
`,
  ],
  [
    `            cursor = nxt
`,
    `            cursor = nxt
            base.pop("offset", None)
`,
  ],
];

const GO: Edit[] = [
  [
    `			var cursor any
			if values`,
    `			var cursor any
			base := base
			if values`,
  ],
  [
    `				next := resolvePointer(page, spec.NextCursor)
`,
    `				fields, _ := page.(map[string]any)
				if _, known := fields[spec.NextCursor[1:]]; !known && cursor == nil {
					// A service of version 2.1 has no cursors: the rest comes by offset.
					first, _ := resolvePointer(page, spec.Items).([]any)
					offset, _ := strconv.Atoi(base.Get("offset"))
					rest := cloneValues(base)
					rest.Set("offset", strconv.Itoa(offset+len(first)))
					byOffset := PaginationSpec{Style: "offset", Param: "offset", Items: spec.Items}
					iterPages(call, byOffset, rest)(yield)
					return
				}
				next := resolvePointer(page, spec.NextCursor)
`,
  ],
  [
    `				cursor = next
`,
    `				cursor = next
				base = cloneValues(base)
				base.Del("offset")
`,
  ],
];

const ASYNC: Edit = [
  'yield from iter_pages(call, rest, {**base, "offset": offset})\n',
  `async for last in aiter_pages(call, rest, {**base, "offset": offset}):
                    yield last
`,
];

/**
 * A generated client, by its file's name, with iterators as they should be.
 * @throws where the generator writes other ones than are known here
 */
export function withIterators(file: string, text: string): string {
  if (file.endsWith('.ts')) return edited(text, TYPESCRIPT);
  if (file.endsWith('.go')) return edited(text, GO);
  // The functions for asyncio are the second half of the file.
  const [before = '', after = ''] = text.split('async def aiter_pages(');
  const forAsyncio = edited(edited(after, PYTHON), [ASYNC]);
  return `${edited(before, PYTHON)}async def aiter_pages(${forAsyncio}`;
}

function edited(text: string, edits: Edit[]): string {
  return edits.reduce((all, [from, to]) => {
    if (all.split(from).length !== 2)
      throw new Error(`The generator writes other iterators than sdk/iterators.ts knows: ${from}`);
    return all.replace(from, () => to);
  }, text);
}
