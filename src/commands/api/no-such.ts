import type { ApiClient, Schemas } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';
import { CommandError } from '../../process/command-error.ts';

type Kind = Schemas['LookedUp']['kind'];

/**
 * Says that an id is not of such a thing, and what else it is of, with the command that shows it.
 */
export async function noSuch(noun: Kind, id: string, api: ApiClient): Promise<CommandError> {
  const nothing = `There is no ${noun} ${id}.`;
  try {
    const { kind } = await api.get('/lookup/{id}', { path: { id } });
    if (kind === noun) return new CommandError(nothing);
    const a = kind === 'webhook' || kind === 'delivery' ? 'a' : 'an';
    const command = await commandFor(kind, id, api);
    return new CommandError(`${nothing} It is the id of ${a} ${kind}: ${command}`);
  } catch (error) {
    if (error instanceof ApiProblem) return new CommandError(nothing);
    throw error;
  }
}

async function commandFor(kind: Kind, id: string, api: ApiClient): Promise<string> {
  switch (kind) {
    case 'webhook':
      return `postmand webhooks show ${id}`;
    case 'delivery':
      return `postmand deliveries show ${id}`;
    case 'event':
      return `postmand events show ${id}`;
    case 'operation':
      return `postmand operations watch ${id}`;
    case 'attempt': {
      const path = { delivery_attempt_id: id };
      const { delivery_id } = await api.get('/delivery-attempts/{delivery_attempt_id}', { path });
      return `postmand deliveries show ${delivery_id}`;
    }
  }
}
