import type { Attempt } from '../following/attempt-feed.ts';
import type { Forwarded } from './forwarded-line.ts';
import { recordedRequest, type RecordedRequest } from './recorded-request.ts';
import { sendRecorded, targetOf } from './send-recorded.ts';

/** Receivers take signatures of Standard Webhooks for five minutes. */
const SIGNATURE_AGE_MS = 300_000;

type Setting = {
  to: string;
  signal: AbortSignal;
  /** Says something beside what is forwarded. */
  tell: (line: string) => void;
};

type Sendable = { attempt: Attempt; request: RecordedRequest };

/** Sends requests of attempts to another URL, one after the other. */
export class Forwarder {
  readonly #setting: Setting;
  readonly #show: (forwarded: Forwarded) => void;
  readonly #toldConcealed = new Set<string>();
  #last: Sendable | undefined;
  #turn: Promise<void> = Promise.resolve();

  /** `show` is told of each request that was sent. */
  constructor(setting: Setting, show: (forwarded: Forwarded) => void) {
    this.#setting = setting;
    this.#show = show;
  }

  /** Sends the request of an attempt. Where none was recorded, it says so. */
  async forward(attempt: Attempt): Promise<void> {
    const request = recordedRequest(attempt.raw_request);
    if (request === undefined) {
      this.#setting.tell(
        `Delivery ${attempt.delivery_id} is not forwarded: its request was not recorded, or was removed.`,
      );
      return;
    }
    this.#tellConcealed(request);
    this.#last = { attempt, request };
    await this.#inTurn(this.#last, false);
  }

  /** Sends the last one again. */
  async again(): Promise<void> {
    const { tell } = this.#setting;
    if (this.#last === undefined) return tell('Nothing was forwarded yet.');
    const { attempt, request } = this.#last;
    const isTimed = request.headers.some(([name]) => name === 'webhook-timestamp');
    if (isTimed && Date.now() - Date.parse(attempt.created_at) > SIGNATURE_AGE_MS)
      tell('Its signature is older than 5 minutes. A receiver that looks at its time refuses it.');
    return this.#inTurn(this.#last, true);
  }

  #inTurn(sendable: Sendable, isAgain: boolean): Promise<void> {
    const turn = this.#turn.then(() => this.#send(sendable, isAgain));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #send({ attempt, request }: Sendable, isAgain: boolean): Promise<void> {
    const { to, signal } = this.#setting;
    const url = targetOf(to, request);
    const at = new Date();
    const answer = await sendRecorded(request, url, signal);
    this.#show({ attempt, method: request.method, url: url.href, answer, at, isAgain });
  }

  #tellConcealed({ concealed }: RecordedRequest): void {
    const untold = concealed.filter((name) => !this.#toldConcealed.has(name));
    if (untold.length === 0) return;
    for (const name of untold) this.#toldConcealed.add(name);
    this.#setting.tell(`Left out, as the server conceals what they say: ${untold.join(', ')}.`);
  }
}
