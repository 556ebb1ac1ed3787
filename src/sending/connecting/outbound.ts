import { BlockList, isIP, isIPv4 } from 'node:net';

export const OUTBOUND_POLICIES = ['internal', 'public'] as const;
type OutboundPolicy = (typeof OUTBOUND_POLICIES)[number];

/**
 * Networks in CIDR notation (RFC 4632, RFC 4291). `deny` wins over `allow`, and `allow` over the
 * policy.
 */
export type OutboundRules = {
  policy: OutboundPolicy;
  allow: readonly string[];
  deny: readonly string[];
};

/**
 * Why an address may not be connected to, as in "a loopback address"; undefined: nothing
 * does.
 */
export type Objection = (address: string) => string | undefined;

/**
 * Where clouds serve credentials, and what else they answer from beside a machine, apart from the
 * address that most of them share. docs/security.md names the source of each. Single addresses
 * only: the networks that they lie in are private ones, which others may use.
 */
const CLOUD_SERVICES = [
  // Amazon: instance metadata, tasks of ECS, pods of EKS, time, licences, names.
  ...['fd00:ec2::254', '169.254.170.2', '169.254.170.23', 'fd00:ec2::23'],
  ...['fd00:ec2::123', 'fd00:ec2::250', 'fd00:ec2::253'],
  // Google, Azure, Oracle and its older cloud, Akamai, Scaleway.
  ...[
    'fd20:ce::254',
    '168.63.129.16',
    'fd00:c1::a9fe:a9fe',
    '192.0.0.192',
    'fd00:a9fe:a9fe::1',
    '169.254.42.42',
    'fd00:42::42',
  ],
  // Alibaba, Tencent, Volcengine, UCloud.
  ...['100.100.100.200', 'fd00:100::100:200', '169.254.0.23', '100.96.0.96', '100.80.80.80'],
];

/**
 * Address ranges by what they are for, the first match counts: the registries of special-purpose
 * addresses (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * …/iana-ipv6-special-registry), and where clouds serve credentials. IPv6 outside of 2000::/3 is
 * reserved unless it stands here.
 */
const RANGES = [
  ['cloud metadata', '169.254.169.254', 'fe80::a9fe:a9fe', ...CLOUD_SERVICES],
  ['loopback', '127.0.0.0/8', '::1'],
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  ['link-local', '169.254.0.0/16', 'fe80::/10'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  ['unspecified', '0.0.0.0/8', '::'],
  [
    'reserved',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
  ],
  ['reserved', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ['global', '0.0.0.0/0', '2000::/3'],
] as const;

type Kind = (typeof RANGES)[number][0];

const ALLOWED: Record<OutboundPolicy, ReadonlySet<Kind>> = {
  internal: new Set(['loopback', 'private', 'global']),
  public: new Set(['global']),
};

/**
 * The rule for where webhooks may be sent. IPv4 addresses that an IPv6 one holds (mapped, RFC 4291;
 * NAT64, RFC 6052) are judged as themselves.
 * @throws when a network is not valid; `networkProblem` tells before.
 */
export function outboundObjection({ policy, allow, deny }: OutboundRules): Objection {
  const denied = listOf(deny);
  const allowed = listOf(allow);
  const kinds = RANGES.map(([kind, ...networks]) => ({ kind, list: listOf(networks) }));
  return (address) => {
    const plain = plainAddress(address);
    if (contains(denied, plain)) return 'a denied address';
    if (contains(allowed, plain)) return undefined;
    const kind: Kind = kinds.find(({ list }) => contains(list, plain))?.kind ?? 'reserved';
    return ALLOWED[policy].has(kind)
      ? undefined
      : `${kind === 'unspecified' ? 'an' : 'a'} ${kind} address`;
  };
}

/**
 * Networks that hold IPv4 addresses, which are judged as themselves: nothing in them is ever
 * compared.
 */
const EMBEDDING = ['64:ff9b::/96', '::ffff:0:0/96'];

/** What is wrong with a network in CIDR notation, or a single address; undefined: nothing. */
export function networkProblem(network: string): string | undefined {
  const { address, prefix } = partsOf(network);
  if (address.includes('%')) return 'has a zone, which a network cannot have';
  if (isIP(address) === 0)
    return 'is not a network such as 10.0.0.0/8, 2001:db8::/32 or a single address';
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bitsOf(address))
    return `has a prefix that is not from 0 to ${bitsOf(address)}`;
  if (contains(listOf(EMBEDDING), address))
    return 'is an IPv4 network written as IPv6: write it as IPv4';
  return undefined;
}

type Networks = { ipv4: BlockList; ipv6: BlockList };

/**
 * A list a family: a single one would take every IPv4 address for part of an IPv6 network as wide
 * as `::/0`.
 */
function listOf(networks: readonly string[]): Networks {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const { address, prefix } = partsOf(network);
    const family = familyOf(address);
    lists[family].addSubnet(address, Number(prefix), family);
  }
  return lists;
}

function partsOf(network: string): { address: string; prefix: string } {
  const [, address = '', prefix = String(bitsOf(address))] =
    /^([^/]*)(?:\/(.*))?$/.exec(network) ?? [];
  return { address, prefix };
}

const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6');
const bitsOf = (address: string) => (isIPv4(address) ? 32 : 128);
const contains = (lists: Networks, address: string) =>
  lists[familyOf(address)].check(address, familyOf(address));

/**
 * `::ffff:10.0.0.1` and `64:ff9b::a00:1` → `10.0.0.1`; other addresses without their zone, if they
 * have one.
 */
function plainAddress(address: string): string {
  const [bare = ''] = address.split('%');
  if (isIPv4(bare)) return bare;
  // A URL writes an address in one way only (RFC 5952), whatever way it came.
  const canonical = URL.parse(`http://[${bare}]/`)?.hostname ?? '';
  const embedded = /^\[(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})\]$/.exec(
    canonical,
  );
  if (embedded === null) return bare;
  const [high, low] = [parseInt(embedded[1] ?? '0', 16), parseInt(embedded[2] ?? '0', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
