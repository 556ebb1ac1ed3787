/**
 * Traces of our own work, where an SDK of OpenTelemetry is loaded. Without one there is no
 * `Tracing`, and whoever might use it makes nothing. A place in a trace is the text that is stored
 * of one (`trace-context.ts`): so spans of other processes, and of last week, are named as those of
 * this moment are.
 */
export type Tracing = {
  /** A request of the API, as a part of what its headers tell. */
  startCall(method: string, within: string | undefined): CallSpan;
  /** The storing of what a call creates. It ends with `work`, whose result it hands on. */
  accepting<Result>(accepting: Accepting, work: () => Promise<Result>): Promise<Result>;
  /** Undefined: this one is not recorded. */
  startAttempt(attempt: AttemptFacts): AttemptSpan | undefined;
  /** Hands over what is recorded. Nothing is recorded afterwards. */
  stop(): Promise<void>;
};

/** `context`: its own place, which what it creates is stored with. */
export type CallSpan = { readonly context: string; end(answer: AnswerFacts): void };

type AnswerFacts = { route: string | undefined; status: number; aborted: boolean };

/** `destination`: a webhook, or a type of events; undefined: several. */
export type Accepting = {
  within: string | undefined;
  destination: string | undefined;
  messages: number;
};

/**
 * An attempt is a trace of its own, with a link to `origin`, the place that is stored with its
 * delivery: hours may lie between.
 */
export type AttemptFacts = {
  origin: string | null;
  deliveryId: string;
  webhookId: string;
  eventId: string | undefined;
  attempt: number;
};

export type AttemptSpan = {
  readonly context: string;
  /** The exchange with its endpoint. */
  startPost(url: string): PostSpan;
  /** `fault`: why it did not succeed; undefined: it did. */
  end(outcome: { verdict: string | undefined; fault: string | undefined }): void;
};

/** `status` is that of a response, and `fault` why there was none. */
export type PostSpan = {
  readonly context: string;
  end(outcome: { status?: number; fault?: string }): void;
};
