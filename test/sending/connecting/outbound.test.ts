import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  networkProblem,
  outboundObjection,
  type OutboundRules,
} from '../../../src/sending/connecting/outbound.ts';

const NONE = { allow: [], deny: [] };

/** Addresses by what they are, and which policies let them pass. */
const ADDRESSES: [objection: string, internal: boolean, open: boolean, ...addresses: string[]][] = [
  [
    '',
    true,
    true,
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '223.255.255.255',
    '192.0.1.1',
  ],
  [
    '',
    true,
    true,
    '2606:4700:4700::1111',
    '2a00::1',
    '3ffe::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ],
  [
    'a private address',
    true,
    false,
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
  ],
  [
    'a private address',
    true,
    false,
    'fc00::1',
    'fdff::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '64:ff9b::10.0.0.0',
  ],
  [
    'a loopback address',
    true,
    false,
    '127.0.0.1',
    '127.255.255.255',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    '169.254.170.23',
    '169.254.0.23',
    '169.254.42.42',
    '100.96.0.96',
    '100.80.80.80',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    'fd00:ec2::23',
    'fd00:0ec2:0:0::0023',
    'fd00:ec2::0.0.0.35',
    'FD00:EC2::23',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    'fd00:ec2::123',
    'fd00:ec2::250',
    'fd00:ec2::253',
    'fd00:c1::a9fe:a9fe',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    'fd00:c1::169.254.169.254',
    'fd00:a9fe:a9fe::1',
    'fd00:42::42',
    'fd00:100::100:200',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    'fe80::a9fe:a9fe',
    'fe80::a9fe:a9fe%eth0',
    '::ffff:169.254.170.23',
    '64:ff9b::6460:60',
  ],
  // Their neighbours may be somebody's own.
  [
    'a private address',
    true,
    false,
    'fd00:ec2::1',
    'fd00:ec2::2:23',
    'fd00:ec2:1::23',
    'fd20:ce::253',
    'fd00:c1::1',
    'fd00:42::1',
  ],
  [
    'a private address',
    true,
    false,
    '100.96.0.95',
    '100.80.80.81',
    '100.100.100.199',
    'fd00:a9fe:a9fe::2',
    'fd00:100::100:201',
  ],
  [
    'a cloud metadata address',
    false,
    false,
    'fd00:ec2::254',
    'FD00:0EC2:0::254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
  ],
  [
    'a link-local address',
    false,
    false,
    '169.254.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    '::ffff:169.254.1.1',
  ],
  [
    'a multicast address',
    false,
    false,
    '224.0.0.1',
    '239.255.255.255',
    'ff02::1',
    '::ffff:224.0.0.1',
  ],
  [
    'an unspecified address',
    false,
    false,
    '0.0.0.0',
    '0.1.2.3',
    '::',
    '::ffff:0.0.0.0',
    '::ffff:0.0.0.1',
  ],
  [
    'a reserved address',
    false,
    false,
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '240.0.0.1',
    '255.255.255.255',
  ],
  [
    'a reserved address',
    false,
    false,
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    '3fff::1',
    '100::1',
    '4000::1',
    'fec0::1',
    '64:ff9b::',
    '64:ff9b:1::a00:1',
  ],
  // IPv4-compatible addresses (RFC 4291, section 2.5.5.1) are deprecated and go nowhere.
  ['a reserved address', false, false, '::7f00:1', '::a00:1', '::2', '::8.8.8.8', '::10.0.0.1'],
];

for (const policy of ['internal', 'public'] as const) {
  suite(`policy ${policy}`, () => {
    const objection = outboundObjection({ policy, ...NONE });
    for (const [words, internal, open, ...addresses] of ADDRESSES) {
      const passes = policy === 'internal' ? internal : open;
      for (const address of addresses) {
        test(`${address} → ${passes ? 'allowed' : words}`, () =>
          assert.equal(objection(address), passes ? undefined : words));
      }
    }
  });
}

suite('lists', () => {
  const cases: [
    when: string,
    rules: OutboundRules,
    address: string,
    objection: string | undefined,
  ][] = [
    [
      'an allowed network',
      { policy: 'public', allow: ['10.1.0.0/16'], deny: [] },
      '10.1.2.3',
      undefined,
    ],
    [
      'outside of it',
      { policy: 'public', allow: ['10.1.0.0/16'], deny: [] },
      '10.2.0.1',
      'a private address',
    ],
    [
      'an allowed single address',
      { policy: 'internal', allow: ['169.254.169.254'], deny: [] },
      '169.254.169.254',
      undefined,
    ],
    [
      'a denied network',
      { policy: 'internal', allow: [], deny: ['10.0.0.0/8'] },
      '10.2.0.1',
      'a denied address',
    ],
    [
      'denied and allowed',
      { policy: 'internal', allow: ['10.0.0.0/8'], deny: ['10.0.0.0/8'] },
      '10.2.0.1',
      'a denied address',
    ],
    [
      'a denied network, by its mapped form',
      { policy: 'internal', allow: [], deny: ['10.0.0.0/8'] },
      '::ffff:10.2.0.1',
      'a denied address',
    ],
    [
      'a network written with host bits',
      { policy: 'public', allow: ['10.1.2.3/8'], deny: [] },
      '10.9.9.9',
      undefined,
    ],
    [
      'everything denied',
      { policy: 'internal', allow: [], deny: ['0.0.0.0/0'] },
      '8.8.8.8',
      'a denied address',
    ],
    [
      'all IPv4 denied, an IPv6 address',
      { policy: 'internal', allow: [], deny: ['0.0.0.0/0'] },
      '2a00::1',
      undefined,
    ],
    [
      'all IPv6 denied, an IPv4 address',
      { policy: 'internal', allow: [], deny: ['::/0'] },
      '8.8.8.8',
      undefined,
    ],
    [
      'an allowed IPv6 network',
      { policy: 'public', allow: ['fd00::/8'], deny: [] },
      'fd12::1',
      undefined,
    ],
  ];
  for (const [when, rules, address, objection] of cases) {
    test(`${when}: ${address} → ${objection ?? 'allowed'}`, () =>
      assert.equal(outboundObjection(rules)(address), objection));
  }
});

suite('a network', () => {
  for (const network of [
    '10.0.0.0/8',
    '0.0.0.0/0',
    '1.2.3.4',
    '1.2.3.4/32',
    '::/0',
    '::1',
    '2001:db8::/32',
    'fe80::1/128',
  ]) {
    test(`${network} → fine`, () => assert.equal(networkProblem(network), undefined));
  }
  for (const network of [
    '',
    'localhost',
    '10.0.0',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    '::/129',
    '[::1]',
    '64:ff9b::/96',
    '64:ff9b::/32',
    '::ffff:0:0/96',
    'fe80::1%eth0',
    '::ffff:1.2.3.4',
  ]) {
    test(`${JSON.stringify(network)} → a problem in words`, () =>
      assert.match(networkProblem(network) ?? '', /^(is|has) /));
  }
});
