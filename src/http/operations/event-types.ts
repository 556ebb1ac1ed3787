import { inTransaction } from '../../database/transaction.ts';
import { changeEventType, createEventType, DEFAULTS } from '../../events/types/change-type.ts';
import { documentOf } from '../../events/types/document.ts';
import {
  allInUse,
  findEventType,
  listEventTypes,
  setArchived,
} from '../../events/types/event-type-store.ts';
import type { EventType } from '../../events/types/event-type.ts';
import { importEventTypes } from '../../events/types/import-types.ts';
import type { WantedType } from '../../events/types/judge.ts';
import type { Log } from '../../telemetry/log.ts';
import { allowedVersions, entityTag, refuseOthers } from '../entity-tag.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { pageOf, shownPage } from '../page.ts';

type SingleOperations = Pick<
  Operations,
  'listEventTypes' | 'createEventType' | 'getEventType' | 'patchEventType'
>;
type ArchiveOperations = Pick<Operations, 'archiveEventType' | 'restoreEventType'>;
type DocumentOperations = Pick<Operations, 'getEventTypesDocument' | 'importEventTypes'>;
type TypeOperations = SingleOperations & ArchiveOperations & DocumentOperations;

export function eventTypeHandlers(parts: ApiParts, log: Log): TypeOperations {
  return {
    ...singleHandlers(parts, log),
    ...archiveHandlers(parts, log),
    ...documentHandlers(parts, log),
  };
}

function singleHandlers({ pool, schemas }: ApiParts, log: Log): SingleOperations {
  return {
    async listEventTypes({ query }) {
      const filters = { archived: query.archived };
      const list = { operation: 'listEventTypes', order: 'text', filters } as const;
      const page = pageOf(query, list);
      const { items: event_types, last } = await listEventTypes(pool, filters, page);
      return { status: 200, body: { event_types, ...shownPage(list, page, last) } };
    },
    async createEventType({ body }) {
      const type = await createEventType({ pool, schemas }, body.name, given(body, DEFAULTS));
      log.info('event_type.changed', factsOf(type));
      return { status: 201, ...tagged(type) };
    },
    async getEventType({ params }) {
      return { status: 200, ...tagged(await findEventType(pool, params.event_type)) };
    },
    async patchEventType({ params, headers, body }) {
      const allowed = allowedVersions(headers['if-match']);
      const type = await changeEventType({ pool, schemas }, params.event_type, (before) => {
        refuseOthers(allowed, before, 'event type');
        return given(body, before);
      });
      log.info('event_type.changed', factsOf(type));
      return { status: 200, ...tagged(type) };
    },
  };
}

function archiveHandlers({ pool }: ApiParts, log: Log): ArchiveOperations {
  async function archive(name: string, isArchived: boolean) {
    const type = await inTransaction(pool, (tx) => setArchived(tx, name, isArchived));
    log.info('event_type.changed', factsOf(type));
    return { status: 200, ...tagged(type) } as const;
  }
  return {
    archiveEventType: ({ params }) => archive(params.event_type, true),
    restoreEventType: ({ params }) => archive(params.event_type, false),
  };
}

function documentHandlers({ pool, schemas }: ApiParts, log: Log): DocumentOperations {
  return {
    async getEventTypesDocument() {
      return { status: 200, body: await documentOf(await allInUse(pool)) };
    },
    async importEventTypes({ body }) {
      const imported = await importEventTypes({ pool, schemas }, body);
      const { created, updated, unchanged } = imported;
      const counts = { created: created.length, updated: updated.length };
      log.info('event_types.imported', { ...counts, unchanged: unchanged.length });
      return { status: 200, body: imported };
    },
  };
}

/** For the log: what a type is now. */
function factsOf({ name, version, archived_at }: EventType) {
  return { type: name, version, archived: archived_at !== null };
}

function tagged(type: EventType): { body: EventType; headers: { ETag: string } } {
  return { body: type, headers: { ETag: entityTag(type) } };
}

/** Null gives a member its default, and what is not given is as it was. */
function given(body: Given, before: WantedType): WantedType {
  const member = <Name extends keyof WantedType>(name: Name): WantedType[Name] => {
    const value: Given[Name] = body[name];
    return value === undefined ? before[name] : (value ?? DEFAULTS[name]);
  };
  return {
    description: member('description'),
    schema: member('schema'),
    example: member('example'),
    compatibility: member('compatibility'),
  };
}

type Given = { [Name in keyof WantedType]?: WantedType[Name] | null | undefined };
