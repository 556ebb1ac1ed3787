import type { Schemas } from '../../client/api.ts';

/** Which events a webhook gets, in sentences. */
export function eventWords(webhook: Schemas['Webhook']): string[] {
  const { event_types, filter, ordering_on_failure } = webhook;
  return [
    ...(subscribes(event_types)
      ? [
          `Events of ${event_types.includes('**') ? 'all types' : `the types ${event_types.join(', ')}`}, and what is posted for it.`,
        ]
      : ['No events, only what is posted for it.']),
    ...(filter === null ? [] : [`Of these events only those that fit ${JSON.stringify(filter)}.`]),
    ordering_on_failure === 'block'
      ? 'A delivery that fails for good blocks the later ones of its ordering key.'
      : 'When a delivery fails for good, the next one of its ordering key is sent.',
  ];
}

/** Whether it gets any event. */
export const subscribes = (types: string[] | null): types is string[] =>
  types !== null && types.length > 0;
