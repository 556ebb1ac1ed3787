import { ADDRCONFIG } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { outboundObjection, type OutboundRules } from '../../sending/connecting/outbound.ts';
import { atMost } from '../../process/at-most.ts';
import type { ActiveUrl } from '../../webhooks/active-urls.ts';

/** A webhook that cannot be sent to, and why. Of its URL nothing but the host is told. */
export type Objected = { name: string; why: string };

/** `left`: so many hosts were not looked at. */
type Ways = { refused: Objected[]; unknown: Objected[]; hosts: number; left: number };

/** Most hosts that are looked up, how many at a time, and how long each may take. */
const HOSTS = 500;
const AT_A_TIME = 16;
const LOOKUP_MS = 5000;

/** Looks up where webhooks lead, as a worker would, and asks the policy. Nothing is sent. */
export async function ways(webhooks: readonly ActiveUrl[], rules: OutboundRules): Promise<Ways> {
  const objection = outboundObjection(rules);
  const byHost = Map.groupBy(webhooks, ({ url }) => URL.parse(url)?.hostname ?? '');
  const hosts = [...byHost.keys()].slice(0, HOSTS);
  const found = new Map<string, string[] | undefined>();
  const rest = hosts.values();
  const work = async () => {
    for (const host of rest) found.set(host, await addressesOf(host));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const all: Ways = {
    refused: [],
    unknown: [],
    hosts: hosts.length,
    left: byHost.size - hosts.length,
  };
  for (const [host, addresses] of found) {
    const names = (byHost.get(host) ?? []).map(({ name }) => name);
    if (addresses === undefined) all.unknown.push(...names.map((name) => ({ name, why: host })));
    // An address that is not allowed is left out where a name has others.
    else if (addresses.every((one) => objection(one) !== undefined)) {
      const why = `${host} is ${objection(addresses[0] ?? '') ?? ''}`;
      all.refused.push(...names.map((name) => ({ name, why })));
    }
  }
  return all;
}

/** Undefined: the name cannot be looked up. */
async function addressesOf(host: string): Promise<string[] | undefined> {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return [address];
  let found: string[] | undefined;
  const asked = lookup(address, { all: true, hints: ADDRCONFIG }).then(
    (all) => (found = all.map((one) => one.address)),
    () => {},
  );
  await atMost(LOOKUP_MS, asked);
  return found;
}
