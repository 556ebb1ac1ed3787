import type { ApiClient, Schemas } from '../../client/api.ts';
import type { WebhookWord } from '../../client/explaining/states.ts';
import { gathered, itemsOf, type PageQuery } from '../../client/pages.ts';
import { ApiProblem } from '../../client/problem.ts';
import { CommandError } from '../../process/command-error.ts';

type Webhook = Schemas['Webhook'];

/** So many are named where a name belongs to several. */
const NAMED = 5;

/** Which webhooks are shown: `name` is a part of theirs, in upper or lower case. */
type WebhookFilter = { name?: string; state?: WebhookWord };

/** The first `limit` webhooks that a filter finds, by name. */
export const webhooks = (
  api: ApiClient,
  filter: WebhookFilter,
  limit?: number,
): AsyncGenerator<Webhook, void> =>
  itemsOf(async (page: PageQuery) => {
    const { webhooks, next_cursor } = await api.get('/webhooks', {
      query: { ...filter, ...page },
    });
    return { items: webhooks, next_cursor };
  }, limit);

/**
 * The webhook that has an id, or a name. Upper and lower case count where several differ in nothing
 * else. @throws CommandError where there is none, or the name belongs to several
 */
export async function findWebhook(api: ApiClient, named: string): Promise<Webhook> {
  if (isId(named)) return webhookOfId(api, named);
  const same = (await gathered(webhooks(api, { name: named }))).filter(
    ({ name }) => name.toLowerCase() === named.toLowerCase(),
  );
  const exact = same.filter(({ name }) => name === named);
  const found = exact.length > 0 ? exact : same;
  const [first] = found;
  if (first === undefined)
    throw new CommandError(
      `No webhook has the name ${JSON.stringify(named)}. To see all: postmand webhooks`,
    );
  if (found.length === 1) return first;
  const ids = found.slice(0, NAMED).map(({ id }) => id);
  const more = found.length > NAMED ? ' …' : '';
  throw new CommandError(
    `${found.length} webhooks have the name ${JSON.stringify(named)}. Use an id: ${ids.join(' ')}${more}`,
  );
}

async function webhookOfId(api: ApiClient, webhook_id: string): Promise<Webhook> {
  try {
    return await api.get('/webhooks/{webhook_id}', { path: { webhook_id } });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404)
      throw new CommandError(`There is no webhook ${webhook_id}.`);
    throw error;
  }
}

/** The names of webhooks by their ids, each asked for once. Of one that is gone it is the id. */
export async function namesOf(
  api: ApiClient,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const id of new Set(ids)) {
    const found = await webhookOfId(api, id).catch((error: unknown) => {
      if (error instanceof CommandError) return undefined;
      throw error;
    });
    names.set(id, found?.name ?? id);
  }
  return names;
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
