import { isIPv6 } from 'node:net';
import type { OpenPort } from './ports.ts';

type Facts = {
  api: OpenPort;
  health: OpenPort;
  data: string;
  hostNames: readonly string[] | undefined;
  hasKeys: boolean;
  ui: boolean;
};

/** What a person at the terminal needs to know of a `start` that runs. */
export function banner({ api, health, data, hostNames, hasKeys, ui }: Facts): string {
  const url = urlOf(api);
  return `
  Postmand is running.
${
  ui
    ? `
    Look     ${url}/ui/   (the dashboard)`
    : ''
}
    API      ${url}/v1
    Docs     ${url}/swagger/index.html
    Health   ${urlOf(health)}/healthz
    Data     ${data}
    Keys     ${hasKeys ? 'a key of POSTMAND_API_KEYS is asked for' : 'none: whoever reaches the API may use it'}
    Reach    ${reachOf(api, hostNames)}

    Try      curl ${url}/v1/webhooks${hasKeys ? ` --header 'Authorization: Bearer KEY'` : ''}
    Stop     Ctrl-C

`;
}

/** With a name where that leads there: it is what the guides say. */
function urlOf({ addresses: [address = ''], port }: OpenPort): string {
  if (/^(127\.0\.0\.1|::1|0\.0\.0\.0|::)$/.test(address)) return `http://localhost:${port}`;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

function reachOf({ addresses }: OpenPort, hostNames: Facts['hostNames']): string {
  const isLocal = addresses.every((address) => address === '::1' || address.startsWith('127.'));
  if (isLocal) return 'this machine only; POSTMAND_HTTP_HOST=0.0.0.0 opens the API to others';
  const names =
    hostNames?.length === 0
      ? ', by address and not by name; POSTMAND_HTTP_ALLOWED_HOSTS lists names'
      : '';
  return `the API listens on ${addresses.join(', ')}${names}`;
}
