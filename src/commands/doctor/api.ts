import { ApiProblem, Unreachable } from '../../client/problem.ts';
import type { Environment } from '../../environment.ts';
import { ConfigError } from '../../config.ts';
import { apiFromEnvironment, toldToPerson, unlessForeign, type Api } from '../api/api.ts';
import { ok, warn, wrong, type Check } from './check.ts';

const NAME = 'api';

/**
 * Whether a server answers where POSTMAND_API_URL says, and what needs attention by its word. Where
 * that is not set, one that does not answer at the default address is no fault.
 */
export async function checkApi(variables: Environment): Promise<Check[]> {
  const isAsked = (variables['POSTMAND_API_URL'] ?? '') !== '';
  let api: Api | undefined;
  try {
    api = apiFromEnvironment(variables);
    const { items, more } = await api.client.get('/attention', { query: { limit: 200 } });
    const critical = items.filter(({ severity }) => severity === 'critical').length;
    const answers = ok(NAME, `${api.url} answers`);
    if (critical === 0) return [answers];
    return [
      answers,
      warn(
        'attention',
        `${critical}${more ? ' or more' : ''} critical ${critical === 1 ? 'thing needs' : 'things need'} attention`,
        'Look at them: postmand attention',
      ),
    ];
  } catch (failure) {
    const error = api === undefined ? failure : await unlessForeign(api.client, failure);
    if (error instanceof ConfigError)
      return error.faults.map((fault) => wrong(NAME, fault, 'Change it, or unset it.'));
    if (!(error instanceof Unreachable) && !(error instanceof ApiProblem)) throw error;
    if (!isAsked && error instanceof Unreachable)
      return [
        ok(NAME, 'no server answers at http://localhost:8000, and POSTMAND_API_URL is not set'),
      ];
    return [wrong(NAME, error.message, adviceOn(error, api))];
  }
}

function adviceOn(error: unknown, api: Api | undefined): string {
  const told = api === undefined ? error : toldToPerson(error, api);
  return told instanceof Error ? told.message : '';
}
