import type { ApiClient, Schemas } from '../../client/api.ts';
import { abortedBy, stopSignal, unlessStopped } from '../../process/stopping.ts';
import { printableLine } from '../../receiver/printable.ts';
import { findWebhook } from './find-webhook.ts';
import { AttemptFacts } from './following/attempt-facts.ts';
import { AttemptFeed, type Attempt } from './following/attempt-feed.ts';
import { followFeed } from './following/follow-feed.ts';
import { forwardedJson, forwardedLine } from './forwarding/forwarded-line.ts';
import { Forwarder } from './forwarding/forwarder.ts';
import { listenToKeys } from './forwarding/keys.ts';
import { News } from './forwarding/news.ts';
import { Output, type Showing } from './output.ts';

export type ForwardOptions = Showing & { webhook: string; to: string; everyAttempt: boolean };

/** One webhook is looked at, by its own index: that costs the server little. */
const EVERY_MS = 500;

/**
 * `postmand forward`: what a server sends to a webhook is sent to another URL too, until Ctrl-C.
 * Nothing changes at the server, whatever is answered there.
 */
export async function runForward(options: ForwardOptions, api: ApiClient): Promise<void> {
  const { to, everyAttempt } = options;
  const stopping = stopSignal();
  const signal = abortedBy(stopping);
  const out = new Output(options);
  const tell = (line: string) => out.note(line);
  const webhook = await unlessStopped(stopping, findWebhook(api, options.webhook));
  const feed = new AttemptFeed(api, { webhook_id: webhook.id }, signal);
  const facts = new AttemptFacts(api, signal);
  const news = new News((attempt) => facts.delivery(attempt));
  const forwarder = new Forwarder({ to, signal, tell }, (forwarded) => {
    if (out.json) out.jsonLine(forwardedJson(forwarded));
    else out.say(forwardedLine(forwarded, out));
  });
  const first = await feed.begin(undefined);
  tell(beginning(webhook, to));
  // It throws only where it is cut short by the end of the command.
  const stopKeys = listenToKeys(() => void forwarder.again().catch(() => {}));
  const isWanted = async (attempt: Attempt) => everyAttempt || (await news.isNew(attempt));
  const handle = async (waiting: Attempt[]) => {
    for (let attempt = waiting[0]; attempt !== undefined; attempt = waiting[0]) {
      if (await isWanted(attempt)) await forwarder.forward(attempt);
      waiting.shift();
    }
  };
  await followFeed({ feed, first, everyMs: EVERY_MS, signal, handle, tell }).finally(stopKeys);
}

function beginning({ name, active, health }: Schemas['Webhook'], to: string): string {
  const standing = !active
    ? ' It is not active: nothing is sent to it, and so nothing is forwarded.'
    : health.state === 'paused'
      ? ' It is paused: nothing is sent to it, and so nothing is forwarded.'
      : '';
  const keys = process.stdin.isTTY ? 'r sends the last one again, Ctrl-C stops.' : 'Ctrl-C stops.';
  return `What is sent to ${printableLine(JSON.stringify(name))} goes to ${to}, too.${standing} ${keys}`;
}
