import { isIP } from 'node:net';
import { quoted, type Reader } from '../environment.ts';
import { networkProblem } from '../sending/connecting/outbound.ts';

/** An address of this machine; undefined: all of them. */
export function listenHost(env: Reader, name: string): string | undefined {
  const host = env.text(name);
  if (host !== undefined && host !== 'localhost' && isIP(host) === 0) {
    env.fault(
      name,
      `must be an address such as 127.0.0.1, 0.0.0.0 or ::, or localhost, but is ${quoted(host)}`,
    );
  }
  return host;
}

/** Names of hosts. Undefined where nothing is listed, unlike a list without names. */
export function hostNames(env: Reader, name: string): string[] | undefined {
  if (env.text(name) === undefined) return undefined;
  const all = env.list(name);
  for (const one of all) {
    if (/^(\*|\.?[a-z\d_-]+(\.[a-z\d_-]+)*\.?)$/i.test(one)) continue;
    env.fault(
      name,
      `lists ${quoted(one)}, which is not a name such as postmand.internal, .example.com for all below it, or * for any`,
    );
  }
  return all;
}

/** Addresses and networks. */
export function networks(env: Reader, name: string): string[] {
  const all = env.list(name);
  for (const one of all) {
    const problem = networkProblem(one);
    if (problem !== undefined) env.fault(name, `lists ${quoted(one)}, which ${problem}`);
  }
  return all;
}

/** A proxy, and the hosts that are reached without it. */
export function proxy(
  env: Reader,
  name: string,
  exceptName: string,
): { url: string; except: string } | undefined {
  const value = env.text(name);
  const except = env.list(exceptName);
  const network = except.find((one) => one.includes('/'));
  if (network !== undefined)
    env.fault(
      exceptName,
      `lists ${quoted(network)}: write networks as ranges, such as 10.0.0.1-10.255.255.254`,
    );
  if (value === undefined) return undefined;
  if (!hasProxyAgent(process.versions.node))
    env.fault(name, `needs Node.js 24.5 or later, and this is ${process.versions.node}`);
  const url = URL.parse(value);
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '';
  // Not repeated: it may hold a password.
  if (!isPlain)
    env.fault(
      name,
      'must be a URL such as http://proxy.internal:3128, or http://user:password@proxy.internal:3128',
    );
  return { url: value, except: except.join(',') };
}

/** An older Node.js ignores the option for a proxy in silence, and would connect past it. */
function hasProxyAgent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 5);
}
