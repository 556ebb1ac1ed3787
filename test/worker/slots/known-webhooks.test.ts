import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { KnownWebhooks } from '../../../src/worker/slots/known-webhooks.ts';
import type { SendEnd, Standing } from '../../../src/worker/slots/standing.ts';

const MOST = 10_000;

/** `slow`: the send turns slow before it ends. */
type Sent = SendEnd | `slow, ${SendEnd}`;

function webhooksAfter(sends: Sent[]): KnownWebhooks {
  const webhooks = new KnownWebhooks({ share: 5, now: () => 0 });
  for (const sent of sends) send(webhooks, 'w', sent);
  return webhooks;
}

function send(webhooks: KnownWebhooks, webhookId: string, sent: Sent): void {
  const isSlow = sent.startsWith('slow');
  webhooks.sendBegan(webhookId);
  if (isSlow) webhooks.sendBecameSlow(webhookId);
  webhooks.sendEnded(webhookId, sent.replace('slow, ', '') as SendEnd, !isSlow);
}

suite('the standing of a webhook', () => {
  for (const [when, then, sends] of [
    ['nothing was sent', 'unknown', []],
    ['one was not used', 'unknown', ['unused']],
    ['one was answered at once', 'quick', ['answered']],
    ['one was refused at once', 'quick', ['unanswered']],
    ['one was answered late', 'slow', ['slow, answered']],
    ['one was not answered', 'silent', ['slow, unanswered']],
    ['one was given up after it had turned slow', 'silent', ['slow, unused']],
    ['it was quick, and the last one was answered late', 'slow', ['answered', 'slow, answered']],
    ['it was slow, and two were quick', 'slow', ['slow, answered', 'answered', 'answered']],
    ['it was slow, and one was refused', 'silent', ['slow, answered', 'unanswered']],
    [
      'it was silent, and three in a row were quick',
      'quick',
      ['slow, unanswered', 'answered', 'answered', 'answered'],
    ],
    [
      'it was slow, and two were quick twice, but not three in a row',
      'slow',
      ['slow, answered', 'answered', 'answered', 'slow, answered', 'answered', 'answered'],
    ],
  ] as [when: string, then: Standing, sends: Sent[]][]) {
    test(`${when} → ${then}`, () => {
      const webhooks = webhooksAfter(sends);
      const isSlow = then === 'slow' || then === 'silent';
      assert.deepEqual([webhooks.find('w').standing, webhooks.hasSlow], [then, isSlow]);
    });
  }
});

suite('more webhooks than are remembered', () => {
  test('one with a send under way, however old → it is known', () => {
    const webhooks = webhooksAfter(['answered']);
    webhooks.sendBegan('w');
    for (let i = 0; i < 2 * MOST; i += 1) send(webhooks, `other ${i}`, 'answered');
    assert.ok(webhooks.isActive('w') && webhooks.has('w'));
    webhooks.sendEnded('w', 'answered', true);
    assert.deepEqual(
      [webhooks.find('w').window, webhooks.find('w').inFlight, webhooks.isActive('w')],
      [3, 0, false],
    );
  });

  test('one not used for longest → it is forgotten, and no longer counts as slow', () => {
    const webhooks = webhooksAfter(['slow, unanswered']);
    for (let i = 1; i < MOST; i += 1) send(webhooks, `other ${i}`, 'answered');
    assert.ok(webhooks.has('w') && webhooks.hasSlow);
    send(webhooks, 'one more', 'answered');
    assert.deepEqual([webhooks.has('w'), webhooks.hasSlow], [false, false]);
    assert.ok(webhooks.has('other 1'));
  });

  test('one that was silent is forgotten while its send is under way → it still counts, until it is quick', () => {
    const webhooks = webhooksAfter(['slow, unanswered']);
    webhooks.sendBegan('w');
    for (let i = 0; i < 2 * MOST; i += 1) send(webhooks, `other ${i}`, 'answered');
    assert.ok(webhooks.hasSlow);
    webhooks.sendEnded('w', 'answered', true);
    for (let i = 0; i < 2; i += 1) send(webhooks, 'w', 'answered');
    assert.deepEqual([webhooks.find('w').standing, webhooks.hasSlow], ['quick', false]);
  });
});
