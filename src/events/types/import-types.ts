import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Overloaded } from '../../database/shared-commit.ts';
import { inTransaction, type Tx } from '../../database/transaction.ts';
import { DEFAULTS, refuseReserved, type TypeParts } from './change-type.ts';
import { findEventTypes, insertEventType, updateEventType } from './event-type-store.ts';
import { EventTypeArchived, EventTypeRefused, type EventType } from './event-type.ts';
import { judgeType, type JudgedType, type WantedType } from './judge.ts';
import { isTypeName, TypeReader, type ReadType } from './read-document.ts';

/** What became of the members of a document, by the names of types. */
export type Imported = { created: string[]; updated: string[]; unchanged: string[] };

/** A member of a document cannot be imported: the cause says why. */
export class MemberRefused extends Error {
  override name = 'MemberRefused';

  constructor(name: string, cause: unknown) {
    super(`webhooks.${name.slice(0, 140).toWellFormed()}`, { cause });
  }
}

/** What is to be done with one type. */
type Change = { name: string; before: EventType | undefined; judged: JudgedType };
type Plan = { changes: Change[]; unchanged: string[] };

const MAX_MEMBERS = 1000;

/** So many types are read at a time: their schemas and examples may be large. */
const AT_ONCE = 20;

const TRIES = 10;

/**
 * Makes event types of all webhooks of an OpenAPI document, or nothing.
 * @throws MemberRefused
 * @throws EventTypeRefused
 */
export async function importEventTypes(
  { pool, schemas }: TypeParts,
  document: Record<string, unknown>,
): Promise<Imported> {
  const reader = new TypeReader(document);
  const names = reader.names.toSorted();
  if (names.length > MAX_MEMBERS)
    throw new EventTypeRefused(`webhooks: may have at most ${MAX_MEMBERS} members`);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const plan: Plan = { changes: [], unchanged: [] };
    for (let from = 0; from < names.length; from += AT_ONCE)
      await addToPlan(
        plan,
        { pool, schemas },
        { reader, names: names.slice(from, from + AT_ONCE) },
      );
    if (await isDone(pool, plan.changes)) return summary(plan);
  }
  throw new Overloaded();
}

type Members = { reader: TypeReader; names: string[] };

async function addToPlan(plan: Plan, parts: TypeParts, { reader, names }: Members): Promise<void> {
  // What is no name is refused where it is read. PostgreSQL has no text with U+0000.
  const found = await findEventTypes(parts.pool, names.filter(isTypeName));
  const known = new Map(found.map((type) => [type.name, type]));
  for (const name of names) {
    const before = known.get(name);
    const judged = await judgedMember(parts, () => reader.read(name), before).catch(
      (cause: unknown) => {
        throw new MemberRefused(name, cause);
      },
    );
    if (judged === undefined) plan.unchanged.push(name);
    else plan.changes.push({ name, before, judged });
    // Others are served in between, also where nothing has to be judged.
    await setImmediate();
  }
}

/** Undefined: the type is as the document says. */
async function judgedMember(
  { schemas }: TypeParts,
  read: () => ReadType,
  before: EventType | undefined,
): Promise<JudgedType | undefined> {
  const { name, compatibility, ...members } = read();
  refuseReserved(name);
  if (before !== undefined && before.archived_at !== null) throw new EventTypeArchived(name);
  const wanted: WantedType = {
    ...members,
    compatibility: compatibility ?? before?.compatibility ?? DEFAULTS.compatibility,
  };
  return before !== undefined && isAsWanted(before, wanted)
    ? undefined
    : judgeType(schemas, wanted, before);
}

function isAsWanted(before: EventType, wanted: WantedType): boolean {
  return (Object.keys(wanted) as (keyof WantedType)[]).every((member) =>
    isDeepStrictEqual(before[member], wanted[member]),
  );
}

class ChangedMeanwhile extends Error {}

/** False: somebody else has changed one of them, and nothing was done. */
async function isDone(pool: TypeParts['pool'], changes: Change[]): Promise<boolean> {
  try {
    await inTransaction(pool, async (tx) => {
      for (const change of changes)
        if ((await written(tx, change)) === undefined) throw new ChangedMeanwhile();
    });
    return true;
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return false;
    throw error;
  }
}

function written(tx: Tx, { name, before, judged }: Change): Promise<EventType | undefined> {
  return before === undefined
    ? insertEventType(tx, name, judged)
    : updateEventType(tx, before, judged);
}

function summary({ changes, unchanged }: Plan): Imported {
  const names = (isNew: boolean) =>
    changes.filter(({ before }) => (before === undefined) === isNew).map(({ name }) => name);
  return { created: names(true), updated: names(false), unchanged };
}
