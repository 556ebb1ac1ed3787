import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { KnownWebhooks } from '../../../src/worker/slots/known-webhooks.ts';
import type { SendEnd, Standing } from '../../../src/worker/slots/standing.ts';

const MOST = 10_000;

/** `long`: the send takes long before it ends. */
type Sent = SendEnd | `long, ${SendEnd}`;

function webhooksAfter(sends: Sent[]): KnownWebhooks {
  const webhooks = new KnownWebhooks({ share: 5, now: () => 0 });
  for (const sent of sends) send(webhooks, 'w', sent);
  return webhooks;
}

function send(webhooks: KnownWebhooks, webhookId: string, sent: Sent): void {
  const isLong = sent.startsWith('long');
  webhooks.sendBegan(webhookId);
  if (isLong) webhooks.sendTookLong(webhookId);
  webhooks.sendEnded(webhookId, sent.replace('long, ', '') as SendEnd, !isLong);
}

suite('the standing of a webhook', () => {
  for (const [when, then, sends] of [
    ['nothing was sent', 'unknown', []],
    ['one was not used', 'unknown', ['unused']],
    ['one was answered at once', 'quick', ['answered']],
    ['one was refused at once', 'quick', ['unanswered']],
    ['one was answered late', 'late', ['long, answered']],
    ['one was not answered', 'silent', ['long, unanswered']],
    ['one was given up after it had taken long', 'silent', ['long, unused']],
    ['it was quick, and the last one was answered late', 'late', ['answered', 'long, answered']],
    ['it was late, and two were quick', 'late', ['long, answered', 'answered', 'answered']],
    ['it was late, and one was refused', 'silent', ['long, answered', 'unanswered']],
    [
      'it was silent, and three in a row were quick',
      'quick',
      ['long, unanswered', 'answered', 'answered', 'answered'],
    ],
    [
      'it was late, and two were quick twice, but not three in a row',
      'late',
      ['long, answered', 'answered', 'answered', 'long, answered', 'answered', 'answered'],
    ],
  ] as [when: string, then: Standing, sends: Sent[]][]) {
    test(`${when} → ${then}`, () => {
      const webhooks = webhooksAfter(sends);
      const isForSlowLane = then === 'late' || then === 'silent';
      assert.deepEqual(
        [webhooks.find('w').standing, webhooks.anyForSlowLane],
        [then, isForSlowLane],
      );
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
      [webhooks.find('w').allowance, webhooks.find('w').inFlight, webhooks.isActive('w')],
      [3, 0, false],
    );
  });

  test('one not used for longest → it is forgotten, and no longer counts for the slow lane', () => {
    const webhooks = webhooksAfter(['long, unanswered']);
    for (let i = 1; i < MOST; i += 1) send(webhooks, `other ${i}`, 'answered');
    assert.ok(webhooks.has('w') && webhooks.anyForSlowLane);
    send(webhooks, 'one more', 'answered');
    assert.deepEqual([webhooks.has('w'), webhooks.anyForSlowLane], [false, false]);
    assert.ok(webhooks.has('other 1'));
  });

  test('one that was silent is forgotten while its send is under way → it still counts, until it is quick', () => {
    const webhooks = webhooksAfter(['long, unanswered']);
    webhooks.sendBegan('w');
    for (let i = 0; i < 2 * MOST; i += 1) send(webhooks, `other ${i}`, 'answered');
    assert.ok(webhooks.anyForSlowLane);
    webhooks.sendEnded('w', 'answered', true);
    for (let i = 0; i < 2; i += 1) send(webhooks, 'w', 'answered');
    assert.deepEqual([webhooks.find('w').standing, webhooks.anyForSlowLane], ['quick', false]);
  });
});
