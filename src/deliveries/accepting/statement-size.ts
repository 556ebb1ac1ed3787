import type { Metadata } from '../../webhooks/metadata.ts';

/**
 * Most text that one statement inserts. The driver copies it several times over, with a backslash
 * before every quote: 64 payloads of 1 MiB in one statement ended a process with a heap of 512 MB.
 */
const MAX_STATEMENT_CHARACTERS = 2 * 1024 * 1024;

type Text = {
  payload: string;
  metadata?: Metadata | undefined;
  traceContext?: string | undefined;
};

/** `most`: characters of a statement. `besides`: of what else is stored with a draft. */
type Sizes<Draft> = { most?: number; besides?: (draft: Draft) => number };

/** Splits drafts so that no statement has much more text than it may, unless one alone has more. */
export function inStatements<Draft extends Text>(
  drafts: Draft[],
  { most = MAX_STATEMENT_CHARACTERS, besides = () => 0 }: Sizes<Draft> = {},
): Draft[][] {
  const statements: Draft[][] = [];
  let characters = Infinity;
  for (const draft of drafts) {
    const length = lengthOf(draft) + besides(draft);
    characters += length;
    if (characters > most) {
      statements.push([]);
      characters = length;
    }
    statements.at(-1)?.push(draft);
  }
  return statements;
}

function lengthOf({ payload, metadata, traceContext = '' }: Text): number {
  const length = payload.length + traceContext.length;
  if (metadata === undefined) return length;
  const pairs = Object.entries(metadata);
  return pairs.reduce((sum, [name, value]) => sum + name.length + value.length, length);
}
