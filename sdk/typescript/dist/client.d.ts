/**
 * Postmand API (v2.1.0)
 * Postmand delivers webhooks. Register a webhook once: a URL, a content type, a secret and a retry policy. Then
 * emit events, which go to each webhook that subscribed to them, or post payloads for one webhook. Each becomes a
 * delivery. It is stored, sent as a signed HTTP request, retried with backoff until the receiver accepts it, the
 * attempts are used up or its time is over, and recorded attempt by attempt. How a delivery is sent, signed and judged
 * is described under Deliveries, and how an event finds its webhooks under Events.
 *
 * **Requests.** Bodies are JSON in UTF-8, with `Content-Type: application/json`; a PATCH may also say
 * `application/merge-patch+json`. Fields and query parameters that this document does not list are refused with a
 * 400. Fields that the server owns (`id`, times and so on) may be sent back as they were received: their type is
 * checked, their value is ignored. Ids are UUIDs in the usual form of 36 characters, in upper or lower case.
 *
 * **Keys.** A server may ask for a key. Where it does (`POSTMAND_API_KEYS`), every request below `/v1` carries it as
 * `Authorization: Bearer <key>`. Without a key that the server knows, every path and method answers 401 with code 13,
 * and the server looks at nothing else of the request. This document and its page need no key, nor does the health port.
 * Where no key is set, everybody who reaches the server may use it.
 *
 * **Times** are RFC 3339 in UTC with microseconds, for example `2026-11-23T16:26:01.456186Z`. A time in a query
 * may have any offset from -23:59 to +23:59, any number of digits behind the second, and a leap second, which counts
 * as the second after it. Write the `+` of an offset as `%2B`; a colon may stand as it is.
 *
 * **Text.** The format `text` is our own. It means Unicode text without the character U+0000 and without unpaired
 * surrogates. All other characters are kept exactly as they were sent.
 *
 * **Lists** come in pages of at most `limit` items (1 to 1000, 50 by default). Their order is fixed, and no two items
 * tie. An answer has a `next_cursor`: give it as `cursor` to get the next page, with the same filters and any `limit`.
 * It is null at the last page, and only there. The text means nothing to a client, and does not expire.
 *
 * A cursor is a place between two items, and costs the same however far in the list it is. So an item that exists when
 * the first page is read, and that the filters match until the last one, is on exactly one page, whatever is created,
 * deleted or changed meanwhile. What is created meanwhile is on one page or on none. Two things move an item within its
 * list: a new name moves a webhook, and an ordering key that is freed and blocked again is a new item. A cursor of
 * another list or of other filters, or one that is damaged, is refused with code 4.
 *
 * `offset` (0 by default) skips so many items instead. It costs what it skips, and items that are created or deleted
 * between two requests move those after them. It is refused beside a `cursor`. Answers repeat `limit` and `offset`. A
 * page of deliveries or attempts whose texts come to more than 64 MiB is refused with code 4: ask for fewer items. A
 * limit of 1 is always served.
 *
 * **Later versions** may add members to answers, and values to the enumerations in them where a webhook or a delivery
 * uses something new. Nothing else of an answer changes for a client that does not.
 *
 * **HEAD** is answered wherever GET is: with the status and the headers of that GET, and without its body.
 *
 * **Errors** are JSON with a stable `code`, a `message`, and `details` where there is more to say. Let programs
 * decide by the code: the texts may change. New codes may be added.
 *
 * | code | message | status |
 * | ---: | --- | ---: |
 * | 1 | internal server error | 500 |
 * | 2 | invalid id | 404 |
 * | 3 | malformed request body | 400 |
 * | 4 | request validation failed; `details` names the field | 400 |
 * | 5 | webhook not found | 404 |
 * | 6 | delivery not found | 404 |
 * | 7 | delivery attempt not found | 404 |
 * | 8 | route not found | 404 |
 * | 9 | method not allowed | 405 |
 * | 10 | unsupported media type | 415 |
 * | 11 | request body too large | 413 |
 * | 12 | service unavailable | 503 |
 * | 13 | unauthorized | 401 |
 * | 14 | request timeout | 408 |
 * | 15 | request headers too large | 431 |
 * | 16 | malformed request | 400 |
 * | 17 | misdirected request | 421 |
 * | 18 | ordering key not blocked | 404 |
 * | 19 | precondition failed | 412 |
 * | 20 | too many secrets | 422 |
 * | 21 | secret not found | 404 |
 * | 22 | secrets locked | 503 |
 * | 23 | current secret | 409 |
 * | 24 | idempotency key reused | 422 |
 * | 25 | delivery gone | 409 |
 * | 26 | idempotency key in use | 409 |
 * | 27 | delivery pending | 409 |
 * | 28 | payload removed | 409 |
 * | 29 | test delivery | 409 |
 * | 30 | operation not found | 404 |
 * | 31 | operation under way | 409 |
 * | 32 | operation ended | 409 |
 * | 33 | event type not found | 404 |
 * | 34 | event type exists | 409 |
 * | 35 | event type archived | 409 |
 * | 36 | schema incompatible | 409 |
 * | 37 | event not found | 404 |
 * | 38 | event invalid | 422 |
 * | 39 | id not found | 404 |
 *
 * Six of them belong to no operation. A path that this document does not list answers 404 with code 8. A method
 * that a path does not have answers 405 with code 9, and its `Allow` header lists the methods that the path has.
 * A request for a name (`Host`) that the server does not answer to answers 421 with code 17, see
 * `POSTMAND_HTTP_ALLOWED_HOSTS`. The other three end the connection. A request whose headers take more than 10
 * seconds to arrive, or that is not complete after 60 seconds, answers 408 with code 14. A request with more than
 * 100 headers, or with more than 16 KiB of them together with the request line, answers 431 with code 15. A request
 * that is not valid HTTP/1.1, or that has more than one `Host`, answers 400 with code 16.
 *
 * **Headers.** Every answer, errors included, carries `X-Request-Id` and four security headers: `X-Frame-Options`,
 * `X-Content-Type-Options`, `X-Xss-Protection` and `Content-Security-Policy`.
 *
 */
/**
 * What the alert webhook gets: the payload of its deliveries. More types, and more members, may come with any
 * version.
 */
export type Alarm = AlarmWebhookFailing | AlarmWebhookRecovered | AlarmWebhookDeactivated | AlarmDeliveryFailed | AlarmOrderingKeyBlocked | AlarmOperationFinished | AlarmCertificateExpiring | AlarmQueueBehind;
/**
 * An endpoint has failed as often and as long as its `failing_after` says. It comes once for each outage.
 */
export type AlarmWebhookFailing = {
    /**
     * What has happened.
     */
    type: "webhook.failing";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it is about.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name: string | null;
        /**
         * Whether its deliveries wait until it answers.
         */
        held: boolean;
        /**
         * How many attempts have failed one after the other.
         * @format int32
         */
        consecutive_failures: number;
        /**
         * When the first of them failed.
         * @format date-time
         */
        failures_since: string | null;
        /**
         * The last attempt that failed; null where its delivery is gone.
         */
        last_attempt: {
            /**
             * The delivery that was attempted.
             * @format uuid
             */
            delivery_id: string;
            /**
             * The status that was answered; 0 where there was no response.
             * @format int32
             */
            response_status_code: number;
            /**
             * Why there was no response, up to 500 characters; else empty.
             */
            error: string;
        } | null;
    };
};
/**
 * An endpoint that was failing is healthy again.
 */
export type AlarmWebhookRecovered = {
    /**
     * What has happened.
     */
    type: "webhook.recovered";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it is about.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name: string | null;
        /**
         * Since when it was failing.
         * @format date-time
         */
        failing_since: string | null;
    };
};
/**
 * Postmand has made a webhook inactive.
 */
export type AlarmWebhookDeactivated = {
    /**
     * What has happened.
     */
    type: "webhook.deactivated";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it is about.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name: string | null;
        /**
         * Why, as `deactivated_reason` of the webhook tells it.
         */
        deactivated_reason: "failing" | "gone";
        /**
         * The last attempt that failed; null where its delivery is gone.
         */
        last_attempt: {
            /**
             * The delivery that was attempted.
             * @format uuid
             */
            delivery_id: string;
            /**
             * The status that was answered; 0 where there was no response.
             * @format int32
             */
            response_status_code: number;
            /**
             * Why there was no response, up to 500 characters; else empty.
             */
            error: string;
        } | null;
    };
};
/**
 * Deliveries of a webhook have failed for good since the last such alarm, a minute ago or longer.
 */
export type AlarmDeliveryFailed = {
    /**
     * What has happened.
     */
    type: "delivery.failed";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it is about.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name: string | null;
        /**
         * How many deliveries.
         * @format int32
         */
        count: number;
        /**
         * How many of them by `failed_reason`.
         */
        reasons: Record<string, number>;
        /**
         * When the first of them failed.
         * @format date-time
         */
        first_failed_at: string;
        /**
         * When the last of them failed.
         * @format date-time
         */
        last_failed_at: string;
        /**
         * The first 10.
         * @maxItems 10
         */
        deliveries: {
            /**
             * The delivery.
             * @format uuid
             */
            delivery_id: string;
            /**
             * Why it failed.
             */
            failed_reason: "attempts" | "expired" | "poison";
            /**
             * The status that its last attempt was answered with; 0 for none, null where it had no attempt.
             * @format int32
             */
            response_status_code: number | null;
            /**
             * Why that attempt had no response; null where it had no attempt.
             */
            error: string | null;
        }[];
    };
};
/**
 * A delivery has failed, and blocks its ordering key.
 */
export type AlarmOrderingKeyBlocked = {
    /**
     * What has happened.
     */
    type: "ordering_key.blocked";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it is about.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name: string | null;
        /**
         * The key.
         */
        ordering_key: string;
        /**
         * The delivery that blocks it.
         * @format uuid
         */
        delivery_id: string;
        /**
         * Why it failed.
         */
        failed_reason: "attempts" | "expired" | "poison";
    };
};
/**
 * An operation has ended. Of a fan-out it comes only where that is not done.
 */
export type AlarmOperationFinished = {
    /**
     * What has happened.
     */
    type: "operation.finished";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it may touch, where that is one alone.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name?: string | null;
        /**
         * The operation.
         * @format uuid
         */
        operation_id: string;
        kind: OperationKind;
        /**
         * How it ended.
         */
        state: "done" | "cancelled" | "failed";
        /**
         * How many deliveries it was to see; null where it had not begun.
         * @format int32
         */
        matched: number | null;
        /**
         * How many it has done.
         * @format int32
         */
        done: number;
        /**
         * How many it has left as they were.
         * @format int32
         */
        skipped: number;
        /**
         * Why it failed.
         */
        error: string | null;
    };
};
/**
 * The client certificate of a webhook ends in 30, 7 or 1 days, or has ended.
 */
export type AlarmCertificateExpiring = {
    /**
     * What has happened.
     */
    type: "certificate.expiring";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * The webhook that it is about.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Its name; null where it is gone by then.
         */
        webhook_name: string | null;
        /**
         * Whom it names (RFC 4514).
         */
        subject: string;
        /**
         * When it ends.
         * @format date-time
         */
        expires_at: string;
        /**
         * How many whole days are left.
         * @format int32
         */
        days_left: number;
        /**
         * Whether it has ended.
         */
        expired: boolean;
    };
};
/**
 * Deliveries of webhooks are due and not sent, or are late no more.
 */
export type AlarmQueueBehind = {
    /**
     * What has happened.
     */
    type: "queue.behind";
    /**
     * When it happened, by the clock of the database.
     * @format date-time
     */
    timestamp: string;
    /**
     * What there is to know of it.
     */
    data: {
        /**
         * Whether they became late, or are late no more.
         */
        state: "behind" | "caught_up";
        /**
         * How many webhooks.
         * @format int32
         */
        count: number;
        /**
         * The first 10.
         * @maxItems 10
         */
        webhooks: {
            /**
             * The webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * Its name.
             */
            webhook_name: string;
            /**
             * When the delivery was due that made it late.
             * @format date-time
             */
            oldest_due_at: string;
        }[];
    };
};
/**
 * Where deliveries go and how they are sent. A webhook taken over from an earlier version may hold values that
 * would be refused today.
 */
export type Webhook = {
    /**
     * The id of the webhook.
     * @format uuid
     */
    id: string;
    /**
     * The name of the webhook, for people. It need not be unique.
     */
    name: string;
    /**
     * The URL that deliveries are posted to.
     */
    url: string;
    /**
     * The `Content-Type` header of the deliveries.
     */
    content_type: string;
    /**
     * The HTTP status codes that count as success.
     */
    valid_status_codes: number[];
    /**
     * The key of the signature. Empty means that deliveries are not signed.
     */
    secret_token: string;
    /**
     * Whether deliveries are sent. While it is `false` they are held back as `pending`.
     */
    active: boolean;
    /**
     * How many attempts a delivery gets before it is `failed`. Those with `probe: true` do not count, nor does an
     * answer 410 where `on_gone` is `deactivate`.
     * @format int32
     */
    max_delivery_attempts: number;
    /**
     * How long an attempt may take, in seconds.
     * @format int32
     */
    delivery_attempt_timeout: number;
    /**
     * The delay after the first failed attempt, in seconds. It doubles with each further one.
     * @format int32
     */
    retry_min_backoff: number;
    /**
     * The longest delay between two attempts, in seconds.
     * @format int32
     */
    retry_max_backoff: number;
    /**
     * How many attempts may be under way at the same time, in all workers together. Null means that each worker
     * gives the webhook its share.
     * @format int32
     */
    max_concurrency: number | null;
    /**
     * How many attempts may start, in all workers together. Null means that nothing limits them.
     */
    rate_limit: RateLimit | null;
    /**
     * The delay after each failed attempt, in seconds: the first after the first one, and so on. The last one
     * repeats. Null means that the delays are made from `retry_min_backoff` and `retry_max_backoff`.
     */
    retry_schedule: number[] | null;
    /**
     * By how much of itself a delay is made longer at most. How much it is each time is left to chance.
     * @format double
     */
    retry_jitter: number;
    /**
     * Whether a `Retry-After` in an answer pauses the webhook.
     */
    honor_retry_after: boolean;
    /**
     * What an answer 410 does to the webhook.
     */
    on_gone: "retry" | "deactivate";
    /**
     * What happens to the deliveries while the endpoint is failing.
     */
    on_failing: "retry" | "hold";
    failing_after: FailingAfter;
    /**
     * The webhook becomes inactive after so many seconds in which all attempts failed, and at least 10 did. Null
     * means never.
     * @format int32
     */
    deactivate_after: number | null;
    /**
     * A delivery is given up so many seconds after its creation, or after its `send_at`. Null means that time
     * alone ends none.
     * @format int32
     */
    max_delivery_age: number | null;
    /**
     * What happens to the later deliveries of the same `ordering_key` when a delivery has finally failed.
     */
    ordering_on_failure: "continue" | "block";
    /**
     * How requests are signed. See **Signatures** under Deliveries.
     */
    signatures: ("hub" | "hub_sha256" | "standard" | "standard_ed25519")[];
    /**
     * Headers that each request carries beside ours. The names are as they are sent. The values are secret: in
     * every answer each is `***`.
     */
    headers: Record<string, string>;
    /**
     * How requests prove to the receiver who sends them, beside their signature. What is secret of it is `***`
     * in every answer. Null: they do not.
     */
    auth: WebhookAuth | null;
    metadata: Metadata;
    /**
     * The types of events that the webhook gets, as patterns: a name, `order.*` for all names one level below
     * `order`, `order.**` for all below it, `*` for names without a dot, or `**` for all there are. Null, or an
     * empty list: it gets no events, and only what is posted for it.
     */
    event_types: string[] | null;
    /**
     * Which of those events it gets, by what is in their payload and metadata, in the language that is described
     * where a webhook is created. Null: all of them.
     */
    filter: Record<string, unknown> | null;
    format: WebhookFormat;
    /**
     * Whether its requests tell of the trace of their delivery, by `traceparent` and `tracestate`.
     */
    propagate_trace: boolean;
    /**
     * The key that verifies the signatures of `standard_ed25519`, as Standard Webhooks writes it: `whpk_` and 32
     * bytes in Base64. It is made when `signatures` first has `standard_ed25519`, and stays when it is taken out.
     * Null until then.
     */
    public_key: string | null;
    /**
     * Why Postmand itself made the webhook inactive: `gone` after an answer 410, `failing` after nothing but
     * failures for a long time. Null where it did not.
     */
    deactivated_reason: ("gone" | "failing") | null;
    /**
     * When Postmand itself made the webhook inactive. Null where it did not.
     * @format date-time
     */
    deactivated_at: string | null;
    health: WebhookHealth;
    /**
     * When the webhook was created.
     * @format date-time
     */
    created_at: string;
    /**
     * When the webhook was last changed.
     * @format date-time
     */
    updated_at: string;
};
/**
 * The settings of a webhook, and those fields of an earlier answer that a client may send back.
 */
export type WebhookInput = {
    /**
     * The name of the webhook, for people. It need not be unique. Unicode text without U+0000 and without
     * unpaired surrogates; lengths are counted in characters.
     * @minLength 3
     * @maxLength 255
     * @format text
     */
    name: string;
    /**
     * The URL that deliveries are posted to, absolute, `http` or `https`. A URL that could never be sent to is
     * refused with the reason, and so is a path with `.` or `..` segments, which would be sent as another path.
     * A webhook that has had such a URL before may keep it in a PUT.
     * @minLength 1
     * @maxLength 2048
     * @format uri
     */
    url: string;
    /**
     * The `Content-Type` header of the deliveries. As it becomes a header, it is printable ASCII without spaces
     * at its ends. Where the `format` is not `raw` it is the type of the payload, so that it cannot begin with
     * `application/cloudevents`.
     * @minLength 1
     * @maxLength 255
     * @pattern ^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$
     */
    content_type: string;
    /**
     * The HTTP status codes that count as success.
     * @minItems 1
     * @maxItems 500
     */
    valid_status_codes: number[];
    /**
     * The key of the signature. Empty, null or left out means that deliveries are not signed. Unicode text
     * without U+0000 and without unpaired surrogates; the key is its UTF-8 bytes.
     *
     * Where `signatures` has `standard`, a token that begins with `whsec_` goes on with 24 to 64 bytes in
     * Base64, which are the key of that signature. Such a webhook needs a token: a new one that is given none,
     * or null, gets one that is made, `whsec_` and 24 random bytes.
     * @maxLength 4096
     * @format text
     */
    secret_token?: string | null;
    /**
     * Whether deliveries are sent. While it is `false` they are held back as `pending`. Null means `false`.
     */
    active?: boolean | null;
    /**
     * How many attempts a delivery gets before it is `failed`. Those with `probe: true` do not count, nor does an
     * answer 410 where `on_gone` is `deactivate`.
     * @minimum 1
     * @maximum 32767
     * @format int32
     */
    max_delivery_attempts: number;
    /**
     * How long an attempt may take, in seconds, from its start to the last byte of the response.
     * @minimum 1
     * @maximum 32767
     * @format int32
     */
    delivery_attempt_timeout: number;
    /**
     * The delay after the first failed attempt, in seconds. It doubles with each further one.
     * @minimum 1
     * @maximum 604800
     * @format int32
     */
    retry_min_backoff: number;
    /**
     * The longest delay between two attempts, in seconds. If it is below `retry_min_backoff`, it is the delay
     * after every failed attempt.
     * @minimum 1
     * @maximum 604800
     * @format int32
     */
    retry_max_backoff: number;
    /**
     * How many attempts may be under way at the same time, in all workers together. Null, the default, means
     * that each worker gives the webhook its share.
     * @minimum 1
     * @maximum 10000
     * @format int32
     */
    max_concurrency?: number | null;
    /**
     * How many attempts may start, in all workers together. Null, the default, means that nothing limits them.
     */
    rate_limit?: RateLimitInput | null;
    /**
     * The delay after each failed attempt, in whole seconds: the first after the first one, and so on. The last
     * one repeats. It takes the place of `retry_min_backoff` and `retry_max_backoff`;
     * `max_delivery_attempts` still counts. Null is the default: the delays are made from these two.
     * @minItems 1
     * @maxItems 50
     */
    retry_schedule?: number[] | null;
    /**
     * By how much of itself a delay is made longer at most: with 0.1, a delay of 60 seconds becomes one of 60 to
     * 66. How much it is each time is left to chance. Null means 0, the default.
     * @minimum 0
     * @maximum 1
     * @format double
     */
    retry_jitter?: number | null;
    /**
     * Whether a `Retry-After` in an answer 429 or 503 pauses the webhook until the time that it names. Null means
     * `false`, the default.
     */
    honor_retry_after?: boolean | null;
    /**
     * What an answer 410 that is not among `valid_status_codes` does: `retry` treats it like any failure,
     * `deactivate` makes the webhook inactive and holds its deliveries back. Null means `retry`, the default.
     */
    on_gone?: ("retry" | "deactivate") | null;
    /**
     * What happens to the deliveries while the endpoint is failing: `retry` goes on with each, `hold` holds them
     * back, and tries one at a time until one succeeds. Null means `retry`, the default.
     */
    on_failing?: ("retry" | "hold") | null;
    /**
     * When the endpoint is failing. Null means after 5 attempts and 60 seconds, the default.
     */
    failing_after?: FailingAfter | null;
    /**
     * Makes the webhook inactive after so many seconds in which all attempts failed, and at least 10 did. Null,
     * the default, means never.
     * @minimum 3600
     * @maximum 2592000
     * @format int32
     */
    deactivate_after?: number | null;
    /**
     * Gives a delivery up so many seconds after its creation, or after its `send_at`. Null, the default, means
     * that time alone ends none.
     * @minimum 1
     * @maximum 31536000
     * @format int32
     */
    max_delivery_age?: number | null;
    /**
     * What happens to the later deliveries of the same `ordering_key` when a delivery has finally failed:
     * `continue` sends the next one, `block` holds them back until that delivery is deleted or skipped.
     * Null means `continue`, the default.
     */
    ordering_on_failure?: ("continue" | "block") | null;
    /**
     * Ignored; may be sent back.
     * @format uuid
     */
    id?: string | null;
    /**
     * How requests are signed: one or more of the four. Null means `[hub]`, as a new webhook has it. Left out in
     * a PUT it stays as it is.
     *
     * - `hub`: `X-Hub-Signature`, the HMAC-SHA256 of the body in hexadecimal digits.
     * - `hub_sha256`: `X-Hub-Signature-256`, the same behind `sha256=`.
     * - `standard`: `webhook-id`, `webhook-timestamp` and `webhook-signature` as
     *   [Standard Webhooks](https://www.standardwebhooks.com/) has them, with an HMAC-SHA256. It needs a
     *   `secret_token`, which is made when a new webhook is given none.
     * - `standard_ed25519`: the same headers with a signature by an Ed25519 key of the webhook. `public_key`
     *   verifies it.
     * @minItems 1
     * @maxItems 4
     * @uniqueItems
     */
    signatures?: ("hub" | "hub_sha256" | "standard" | "standard_ed25519")[] | null;
    /**
     * Headers that each request carries beside ours, by their names. A value of `***` keeps the value that the
     * header has. Null means none, as a new webhook has it. Left out in a PUT they stay as they are.
     *
     * A name is a token as in RFC 9110, section 5.6.2, of up to 64 characters, and is sent in the case in which
     * it is written; no two names differ in case alone. Refused are `Host`, `Content-Length`, `Content-Type`,
     * `Content-Encoding`, `Transfer-Encoding`, `Connection`, `Keep-Alive`, `Upgrade`, `HTTP2-Settings`, `TE`,
     * `Trailer`, `Expect`, everything that begins with `Proxy-`, `webhook-` or `X-Hub-`, everything that begins
     * with `ce-` unless the `format` is `raw`, and `Authorization` where `auth` is set. `User-Agent` replaces ours. A value is printable ASCII, without a space at its ends; it may be
     * empty.
     */
    headers?: Record<string, string> | null;
    /**
     * How requests prove to the receiver who sends them, beside their signature. A secret of `***` keeps the
     * value that it has. Null means that they do not, as for a new webhook. Left out in a PUT it stays as it is.
     */
    auth?: WebhookAuthInput | null;
    /**
     * Pairs of text that are stored and answered with the webhook, and can be searched for. They are not sent to
     * the receiver. A name has 1 to 64 characters. Null means none, as a new webhook has it. Left out in a PUT they
     * stay as they are.
     */
    metadata?: Record<string, string> | null;
    /**
     * The types of events that the webhook is to get, as patterns:
     *
     * | pattern | matches |
     * | --- | --- |
     * | `order.paid` | this type |
     * | `order.*` | every type exactly one level below `order`: `order.paid`, not `order.item.added` |
     * | `order.**` | every type below `order`, on any level |
     * | `*` | every type without a dot |
     * | `**` | every type |
     *
     * A wildcard is the last part of a pattern, and a name before it has at most 128 characters. A webhook that
     * matches by several patterns gets an event once. A type need not be there yet. Null means no events, as for a
     * new webhook; so does an empty list. What is posted for the webhook itself it gets in any case. Left out in a
     * PUT it stays as it is; a PATCH replaces the whole list.
     * @maxItems 100
     */
    event_types?: string[] | null;
    /**
     * Which of those events it is to get, by what is in their payload and metadata. Null means all of them, as for
     * a new webhook.
     *
     * A filter mirrors the event: `payload` and `metadata`, and in them the names of members. All that it names
     * must hold. A plain value, or an array, must be equal to what is there; an object asks for what its members
     * say, and its operators are for the value at its place:
     *
     * | operator | holds where the value |
     * | --- | --- |
     * | `$eq`, `$neq` | is equal to the given one, or is not. Members of objects may have any order; `$neq` holds where there is no value |
     * | `$gt`, `$gte`, `$lt`, `$lte` | is above or below the given number or text. Numbers are compared with numbers, and texts with texts by their code points |
     * | `$in`, `$nin` | is equal to one of the array, or to none of them; `$nin` holds where there is no value |
     * | `$exists` | is there (`true`), null included, or is not (`false`) |
     * | `$startsWith`, `$endsWith` | is a text that begins or ends with the given one |
     * | `$and`, `$or` | fulfils all, or one, of an array of conditions that is not empty |
     * | `$not` | does not fulfil the condition |
     *
     * `$and`, `$or` and `$not` may stand at any level. `$gt` and its likes, `$startsWith` and `$endsWith` on a value
     * that is missing or of another type are a fault, and so is every look into a payload that is not JSON. A fault
     * is neither true nor false, and its opposite is a fault as well: an event is sent only where the filter as a
     * whole is true. Only objects have members: there is no way into an array, but to be equal to it. Numbers are
     * compared in double precision. A member of the event whose name begins with `$` cannot be named; compare the
     * object that it is in.
     *
     * A filter has at most 4,096 bytes as compact JSON, at most 64 terms (each operator and each plain value is one)
     * and objects and arrays nested at most 8 deep. Whole numbers in it are within ±(2^53−1). What is refused is
     * named by its place: `filter.payload.amount.$gte: must be a number or a string`.
     *
     * Left out in a PUT it stays as it is, and a filter in a PUT replaces the one before. In a PATCH it is merged
     * with the one before (RFC 7396): members that it does not name stay, and null removes one, so that null cannot
     * be given as a value but in an array (`$in: [null]`). To replace a filter by a PATCH set it to null first.
     */
    filter?: Record<string, unknown> | null;
    /**
     * What a request looks like: `raw`, as for a new webhook, or CloudEvents 1.0 over HTTP in binary or structured
     * mode, which the description of deliveries tells. Null means `raw`. Left out in a PUT it stays as it is.
     */
    format?: ("raw" | "cloudevents_binary" | "cloudevents_structured") | null;
    /**
     * Whether its requests tell of the trace that their delivery belongs to, by the headers `traceparent` and
     * `tracestate` ([W3C Trace Context](https://www.w3.org/TR/trace-context/)). For receivers that you trust: they
     * learn the ids of your traces, and what is in `tracestate`. `headers` may then have neither of them. Null
     * means `false`, as for a new webhook. Left out in a PUT it stays as it is.
     */
    propagate_trace?: boolean | null;
    /**
     * Ignored; may be sent back.
     */
    public_key?: string | null;
    /**
     * Ignored; may be sent back.
     */
    deactivated_reason?: ("gone" | "failing") | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    deactivated_at?: string | null;
    /**
     * Ignored; may be sent back.
     */
    health?: WebhookHealth | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    created_at?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    updated_at?: string | null;
};
/**
 * The settings of a webhook that are to change, and those fields of an earlier answer that a client may send back.
 */
export type WebhookPatch = {
    /**
     * The name of the webhook, for people. It need not be unique. Unicode text without U+0000 and without
     * unpaired surrogates; lengths are counted in characters.
     * @minLength 3
     * @maxLength 255
     * @format text
     */
    name?: string;
    /**
     * The URL that deliveries are posted to, absolute, `http` or `https`. A URL that could never be sent to is
     * refused with the reason, and so is a path with `.` or `..` segments, which would be sent as another path.
     * A webhook that has had such a URL before may keep it in a PUT.
     * @minLength 1
     * @maxLength 2048
     * @format uri
     */
    url?: string;
    /**
     * The `Content-Type` header of the deliveries. As it becomes a header, it is printable ASCII without spaces
     * at its ends. Where the `format` is not `raw` it is the type of the payload, so that it cannot begin with
     * `application/cloudevents`.
     * @minLength 1
     * @maxLength 255
     * @pattern ^[\x21-\x7E](?:[\x20-\x7E]*[\x21-\x7E])?$
     */
    content_type?: string;
    /**
     * The HTTP status codes that count as success.
     * @minItems 1
     * @maxItems 500
     */
    valid_status_codes?: number[];
    /**
     * The key of the signature, which replaces the present one at once. Empty or null means that deliveries are
     * not signed.
     * @maxLength 4096
     * @format text
     */
    secret_token?: string | null;
    /**
     * Whether deliveries are sent. Null means `false`.
     */
    active?: boolean | null;
    /**
     * How many attempts a delivery gets before it is `failed`. Those with `probe: true` do not count, nor does an
     * answer 410 where `on_gone` is `deactivate`.
     * @minimum 1
     * @maximum 32767
     * @format int32
     */
    max_delivery_attempts?: number;
    /**
     * How long an attempt may take, in seconds, from its start to the last byte of the response.
     * @minimum 1
     * @maximum 32767
     * @format int32
     */
    delivery_attempt_timeout?: number;
    /**
     * The delay after the first failed attempt, in seconds. It doubles with each further one.
     * @minimum 1
     * @maximum 604800
     * @format int32
     */
    retry_min_backoff?: number;
    /**
     * The longest delay between two attempts, in seconds. If it is below `retry_min_backoff`, it is the delay
     * after every failed attempt.
     * @minimum 1
     * @maximum 604800
     * @format int32
     */
    retry_max_backoff?: number;
    /**
     * How many attempts may be under way at the same time, in all workers together. Null, the default, means
     * that each worker gives the webhook its share.
     * @minimum 1
     * @maximum 10000
     * @format int32
     */
    max_concurrency?: number | null;
    /**
     * How many attempts may start, in all workers together. Null means that nothing limits them.
     */
    rate_limit?: RateLimitPatch | null;
    /**
     * The delay after each failed attempt, in whole seconds: the first after the first one, and so on. The last
     * one repeats. It takes the place of `retry_min_backoff` and `retry_max_backoff`;
     * `max_delivery_attempts` still counts. Null is the default: the delays are made from these two.
     * @minItems 1
     * @maxItems 50
     */
    retry_schedule?: number[] | null;
    /**
     * By how much of itself a delay is made longer at most: with 0.1, a delay of 60 seconds becomes one of 60 to
     * 66. How much it is each time is left to chance. Null means 0, the default.
     * @minimum 0
     * @maximum 1
     * @format double
     */
    retry_jitter?: number | null;
    /**
     * Whether a `Retry-After` in an answer 429 or 503 pauses the webhook until the time that it names. Null means
     * `false`, the default.
     */
    honor_retry_after?: boolean | null;
    /**
     * What an answer 410 that is not among `valid_status_codes` does: `retry` treats it like any failure,
     * `deactivate` makes the webhook inactive and holds its deliveries back. Null means `retry`, the default.
     */
    on_gone?: ("retry" | "deactivate") | null;
    /**
     * What happens to the deliveries while the endpoint is failing: `retry` goes on with each, `hold` holds them
     * back, and tries one at a time until one succeeds. Null means `retry`, the default.
     */
    on_failing?: ("retry" | "hold") | null;
    /**
     * When an endpoint is failing. Null means 5 attempts in 60 seconds, the default.
     */
    failing_after?: FailingAfterPatch | null;
    /**
     * Makes the webhook inactive after so many seconds in which all attempts failed, and at least 10 did. Null,
     * the default, means never.
     * @minimum 3600
     * @maximum 2592000
     * @format int32
     */
    deactivate_after?: number | null;
    /**
     * Gives a delivery up so many seconds after its creation, or after its `send_at`. Null, the default, means
     * that time alone ends none.
     * @minimum 1
     * @maximum 31536000
     * @format int32
     */
    max_delivery_age?: number | null;
    /**
     * What happens to the later deliveries of the same `ordering_key` when a delivery has finally failed:
     * `continue` sends the next one, `block` holds them back until that delivery is deleted or skipped.
     * Null means `continue`, the default.
     */
    ordering_on_failure?: ("continue" | "block") | null;
    /**
     * Ignored; may be sent back.
     * @format uuid
     */
    id?: string | null;
    /**
     * How requests are signed: one or more of the four. Null means `[hub]`, as a new webhook has it. Left out in
     * a PUT it stays as it is.
     *
     * - `hub`: `X-Hub-Signature`, the HMAC-SHA256 of the body in hexadecimal digits.
     * - `hub_sha256`: `X-Hub-Signature-256`, the same behind `sha256=`.
     * - `standard`: `webhook-id`, `webhook-timestamp` and `webhook-signature` as
     *   [Standard Webhooks](https://www.standardwebhooks.com/) has them, with an HMAC-SHA256. It needs a
     *   `secret_token`, which is made when a new webhook is given none.
     * - `standard_ed25519`: the same headers with a signature by an Ed25519 key of the webhook. `public_key`
     *   verifies it.
     * @minItems 1
     * @maxItems 4
     * @uniqueItems
     */
    signatures?: ("hub" | "hub_sha256" | "standard" | "standard_ed25519")[] | null;
    /**
     * The headers that are to change, by their names in any case: null removes one, `***` and not being named keep
     * its value. There may be 20 in the end. Null in place of the object removes all.
     */
    headers?: Record<string, string | null> | null;
    /**
     * How requests prove to the receiver who sends them. Members that are not named stay, unless `type` changes.
     * Null means that they do not prove it.
     */
    auth?: WebhookAuthPatch | null;
    /**
     * The pairs that are to change, by their names: null removes one, and one that is not named stays. There may be
     * 20 in the end. Null in place of the object removes all.
     */
    metadata?: Record<string, string | null> | null;
    /**
     * The types of events that the webhook is to get, as patterns:
     *
     * | pattern | matches |
     * | --- | --- |
     * | `order.paid` | this type |
     * | `order.*` | every type exactly one level below `order`: `order.paid`, not `order.item.added` |
     * | `order.**` | every type below `order`, on any level |
     * | `*` | every type without a dot |
     * | `**` | every type |
     *
     * A wildcard is the last part of a pattern, and a name before it has at most 128 characters. A webhook that
     * matches by several patterns gets an event once. A type need not be there yet. Null means no events, as for a
     * new webhook; so does an empty list. What is posted for the webhook itself it gets in any case. Left out in a
     * PUT it stays as it is; a PATCH replaces the whole list.
     * @maxItems 100
     */
    event_types?: string[] | null;
    /**
     * Which of those events it is to get, by what is in their payload and metadata. Null means all of them, as for
     * a new webhook.
     *
     * A filter mirrors the event: `payload` and `metadata`, and in them the names of members. All that it names
     * must hold. A plain value, or an array, must be equal to what is there; an object asks for what its members
     * say, and its operators are for the value at its place:
     *
     * | operator | holds where the value |
     * | --- | --- |
     * | `$eq`, `$neq` | is equal to the given one, or is not. Members of objects may have any order; `$neq` holds where there is no value |
     * | `$gt`, `$gte`, `$lt`, `$lte` | is above or below the given number or text. Numbers are compared with numbers, and texts with texts by their code points |
     * | `$in`, `$nin` | is equal to one of the array, or to none of them; `$nin` holds where there is no value |
     * | `$exists` | is there (`true`), null included, or is not (`false`) |
     * | `$startsWith`, `$endsWith` | is a text that begins or ends with the given one |
     * | `$and`, `$or` | fulfils all, or one, of an array of conditions that is not empty |
     * | `$not` | does not fulfil the condition |
     *
     * `$and`, `$or` and `$not` may stand at any level. `$gt` and its likes, `$startsWith` and `$endsWith` on a value
     * that is missing or of another type are a fault, and so is every look into a payload that is not JSON. A fault
     * is neither true nor false, and its opposite is a fault as well: an event is sent only where the filter as a
     * whole is true. Only objects have members: there is no way into an array, but to be equal to it. Numbers are
     * compared in double precision. A member of the event whose name begins with `$` cannot be named; compare the
     * object that it is in.
     *
     * A filter has at most 4,096 bytes as compact JSON, at most 64 terms (each operator and each plain value is one)
     * and objects and arrays nested at most 8 deep. Whole numbers in it are within ±(2^53−1). What is refused is
     * named by its place: `filter.payload.amount.$gte: must be a number or a string`.
     *
     * Left out in a PUT it stays as it is, and a filter in a PUT replaces the one before. In a PATCH it is merged
     * with the one before (RFC 7396): members that it does not name stay, and null removes one, so that null cannot
     * be given as a value but in an array (`$in: [null]`). To replace a filter by a PATCH set it to null first.
     */
    filter?: Record<string, unknown> | null;
    /**
     * What a request looks like: `raw`, as for a new webhook, or CloudEvents 1.0 over HTTP in binary or structured
     * mode, which the description of deliveries tells. Null means `raw`. Left out in a PUT it stays as it is.
     */
    format?: ("raw" | "cloudevents_binary" | "cloudevents_structured") | null;
    /**
     * Whether its requests tell of the trace that their delivery belongs to, by the headers `traceparent` and
     * `tracestate` ([W3C Trace Context](https://www.w3.org/TR/trace-context/)). For receivers that you trust: they
     * learn the ids of your traces, and what is in `tracestate`. `headers` may then have neither of them. Null
     * means `false`, as for a new webhook. Left out in a PUT it stays as it is.
     */
    propagate_trace?: boolean | null;
    /**
     * Ignored; may be sent back.
     */
    public_key?: string | null;
    /**
     * Ignored; may be sent back.
     */
    deactivated_reason?: ("gone" | "failing") | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    deactivated_at?: string | null;
    /**
     * Ignored; may be sent back.
     */
    health?: WebhookHealth | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    created_at?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    updated_at?: string | null;
};
/**
 * What the requests of a webhook look like. `raw`: the body is exactly the payload. `cloudevents_binary` and
 * `cloudevents_structured`: CloudEvents 1.0 over HTTP, in binary or structured mode.
 */
export type WebhookFormat = "raw" | "cloudevents_binary" | "cloudevents_structured";
export declare const WebhookFormat: {
    readonly raw: "raw";
    readonly cloudevents_binary: "cloudevents_binary";
    readonly cloudevents_structured: "cloudevents_structured";
};
/**
 * How requests prove to the receiver who sends them. Each type has members of its own; those of the others are
 * missing.
 */
export type WebhookAuth = {
    /**
     * - `basic`: `username` and `password` (RFC 7617).
     * - `bearer`: a fixed `token` (RFC 6750).
     * - `oauth2_client_credentials`: a token that is fetched from `token_url` (RFC 6749, section 4.4).
     * - `mtls`: TLS with a certificate of the client. `url` begins with `https`.
     */
    type: "basic" | "bearer" | "oauth2_client_credentials" | "mtls";
    /**
     * The user of `basic`. It has no colon.
     */
    username?: string;
    /**
     * The password of `basic`. Secret.
     * @pattern ^\*{3}$
     */
    password?: string;
    /**
     * The token of `bearer`. Secret.
     * @pattern ^\*{3}$
     */
    token?: string;
    /**
     * Where `oauth2_client_credentials` fetches its tokens, `http` or `https`, without a fragment and without a user
     * or password.
     */
    token_url?: string;
    /**
     * The client of `oauth2_client_credentials`.
     */
    client_id?: string;
    /**
     * The secret of that client. Secret.
     * @pattern ^\*{3}$
     */
    client_secret?: string;
    /**
     * What the token is to allow, words with one space between them (RFC 6749, section 3.3). Left out, the server
     * decides.
     */
    scope?: string;
    /**
     * For whom the token is to be, where the server asks for it.
     */
    audience?: string;
    /**
     * The certificate of `mtls` and those that lead to its authority, in PEM.
     */
    certificate?: string;
    /**
     * The private key of the certificate, in PEM and without a password. Secret.
     * @pattern ^\*{3}$
     */
    private_key?: string;
    /**
     * The authorities that may sign the certificate of the receiver, in PEM. Left out, those that the worker trusts.
     */
    ca?: string;
    /**
     * Whom the certificate of `mtls` names (RFC 4514).
     */
    subject?: string;
    /**
     * When the certificate of `mtls` ends.
     * @format date-time
     */
    expires_at?: string;
};
/**
 * How requests prove to the receiver who sends them. Each type has members of its own; those of the others are
 * refused.
 */
export type WebhookAuthInput = {
    /**
     * - `basic`: `username` and `password` (RFC 7617).
     * - `bearer`: a fixed `token` (RFC 6750).
     * - `oauth2_client_credentials`: a token that is fetched from `token_url` (RFC 6749, section 4.4).
     * - `mtls`: TLS with a certificate of the client. `url` begins with `https`.
     */
    type: "basic" | "bearer" | "oauth2_client_credentials" | "mtls";
    /**
     * The user of `basic`, without a colon and without control characters.
     * @maxLength 255
     * @format text
     */
    username?: string | null;
    /**
     * The password of `basic`, without control characters. Secret.
     * @maxLength 2048
     * @format text
     */
    password?: string | null;
    /**
     * The token of `bearer`: letters, digits and `-._~+/`, with `=` at its end alone. Secret.
     * @maxLength 8192
     * @format text
     */
    token?: string | null;
    /**
     * Where `oauth2_client_credentials` fetches its tokens, `http` or `https`, without a fragment and without a user
     * or password.
     * @maxLength 2048
     * @format text
     */
    token_url?: string | null;
    /**
     * The client of `oauth2_client_credentials`.
     * @maxLength 255
     * @format text
     */
    client_id?: string | null;
    /**
     * The secret of that client. Secret.
     * @maxLength 2048
     * @format text
     */
    client_secret?: string | null;
    /**
     * What the token is to allow, words with one space between them (RFC 6749, section 3.3). Left out, the server
     * decides.
     * @maxLength 2048
     * @format text
     */
    scope?: string | null;
    /**
     * For whom the token is to be, where the server asks for it.
     * @maxLength 2048
     * @format text
     */
    audience?: string | null;
    /**
     * The certificate of `mtls` and those that lead to its authority, in PEM.
     * @maxLength 65536
     * @format text
     */
    certificate?: string | null;
    /**
     * The private key of the certificate, in PEM and without a password. Secret.
     * @maxLength 16384
     * @format text
     */
    private_key?: string | null;
    /**
     * The authorities that may sign the certificate of the receiver, in PEM. Left out, those that the worker trusts.
     * @maxLength 262144
     * @format text
     */
    ca?: string | null;
    /**
     * Ignored; may be sent back.
     */
    subject?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    expires_at?: string | null;
};
/**
 * What is to change of how requests prove who sends them. With another `type` than the present one it stands for
 * itself; otherwise members that are not named stay, and null removes one.
 */
export type WebhookAuthPatch = {
    /**
     * - `basic`: `username` and `password` (RFC 7617).
     * - `bearer`: a fixed `token` (RFC 6750).
     * - `oauth2_client_credentials`: a token that is fetched from `token_url` (RFC 6749, section 4.4).
     * - `mtls`: TLS with a certificate of the client. `url` begins with `https`.
     */
    type?: "basic" | "bearer" | "oauth2_client_credentials" | "mtls";
    /**
     * The user of `basic`, without a colon and without control characters.
     * @maxLength 255
     * @format text
     */
    username?: string | null;
    /**
     * The password of `basic`, without control characters. Secret.
     * @maxLength 2048
     * @format text
     */
    password?: string | null;
    /**
     * The token of `bearer`: letters, digits and `-._~+/`, with `=` at its end alone. Secret.
     * @maxLength 8192
     * @format text
     */
    token?: string | null;
    /**
     * Where `oauth2_client_credentials` fetches its tokens, `http` or `https`, without a fragment and without a user
     * or password.
     * @maxLength 2048
     * @format text
     */
    token_url?: string | null;
    /**
     * The client of `oauth2_client_credentials`.
     * @maxLength 255
     * @format text
     */
    client_id?: string | null;
    /**
     * The secret of that client. Secret.
     * @maxLength 2048
     * @format text
     */
    client_secret?: string | null;
    /**
     * What the token is to allow, words with one space between them (RFC 6749, section 3.3). Left out, the server
     * decides.
     * @maxLength 2048
     * @format text
     */
    scope?: string | null;
    /**
     * For whom the token is to be, where the server asks for it.
     * @maxLength 2048
     * @format text
     */
    audience?: string | null;
    /**
     * The certificate of `mtls` and those that lead to its authority, in PEM.
     * @maxLength 65536
     * @format text
     */
    certificate?: string | null;
    /**
     * The private key of the certificate, in PEM and without a password. Secret.
     * @maxLength 16384
     * @format text
     */
    private_key?: string | null;
    /**
     * The authorities that may sign the certificate of the receiver, in PEM. Left out, those that the worker trusts.
     * @maxLength 262144
     * @format text
     */
    ca?: string | null;
    /**
     * Ignored; may be sent back.
     */
    subject?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    expires_at?: string | null;
};
/**
 * What the attempts of a webhook say of its endpoint, and what became of its deliveries. Postmand keeps it; a
 * client cannot change it.
 */
export type WebhookHealth = {
    /**
     * Of several the first that holds:
     *
     * - `failing`: attempts have failed as often and as long as `failing_after` says, and none has succeeded
     *   since. With `on_failing: hold` its deliveries are held, and one of them at a time is tried.
     * - `paused`: its deliveries are held until `paused_until`, or until it is resumed.
     * - `recovering`: it was failing, and an attempt has succeeded. What was held is sent, more each second.
     * - `healthy`: none of these.
     */
    state: "healthy" | "failing" | "recovering" | "paused";
    /**
     * How many attempts have failed since the last success.
     * @format int32
     */
    consecutive_failures: number;
    /**
     * When it began to be failing. Null where it is not, and not recovering either.
     * @format date-time
     */
    failing_since: string | null;
    /**
     * When an attempt succeeded. It may be up to a minute before the last one that did. Null where none has
     * since the webhook was created, or since Postmand keeps this.
     * @format date-time
     */
    last_success_at: string | null;
    /**
     * When the last attempt failed. Null where none has.
     * @format date-time
     */
    last_failure_at: string | null;
    /**
     * When its pause ends. Null where it is not paused, and where the pause lasts until it is resumed.
     * @format date-time
     */
    paused_until: string | null;
    /**
     * How many of its deliveries are held, for any `held_reason` but `scheduled`. 1,000 stands for 1,000 or more.
     * @minimum 0
     * @maximum 1000
     * @format int32
     */
    held: number;
};
/**
 * How many attempts of a webhook may start. In any T seconds these are at most
 * `burst` + T · `count` / `per_seconds`, in all workers together.
 */
export type RateLimit = {
    /**
     * How many attempts may start in `per_seconds` seconds.
     * @format int32
     */
    count: number;
    /**
     * The time in which `count` attempts may start, in seconds.
     * @format int32
     */
    per_seconds: number;
    /**
     * How many attempts may start at once after a time without any.
     * @format int32
     */
    burst: number;
};
/**
 * How many attempts of a webhook may start. In any T seconds these are at most
 * `burst` + T · `count` / `per_seconds`, in all workers together.
 */
export type RateLimitInput = {
    /**
     * How many attempts may start in `per_seconds` seconds.
     * @minimum 1
     * @maximum 100000
     * @format int32
     */
    count: number;
    /**
     * The time in which `count` attempts may start, in seconds.
     * @minimum 1
     * @maximum 3600
     * @format int32
     */
    per_seconds: number;
    /**
     * How many attempts may start at once after a time without any: at most `count`. Left out or null, it is
     * `count` / `per_seconds`, rounded up.
     * @minimum 1
     * @maximum 100000
     * @format int32
     */
    burst?: number | null;
};
/**
 * What is to change of a rate limit. Members that are not named stay.
 */
export type RateLimitPatch = {
    /**
     * How many attempts may start in `per_seconds` seconds.
     * @minimum 1
     * @maximum 100000
     * @format int32
     */
    count?: number;
    /**
     * The time in which `count` attempts may start, in seconds.
     * @minimum 1
     * @maximum 3600
     * @format int32
     */
    per_seconds?: number;
    /**
     * How many attempts may start at once after a time without any: at most `count`. Left out or null, it is
     * `count` / `per_seconds`, rounded up.
     * @minimum 1
     * @maximum 100000
     * @format int32
     */
    burst?: number | null;
};
/**
 * An endpoint is failing when so many attempts have failed one after the other, and for so long none has
 * succeeded. Both must hold.
 */
export type FailingAfter = {
    /**
     * How many attempts have failed one after the other.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    attempts: number;
    /**
     * The time since the first of these attempts, in seconds.
     * @minimum 0
     * @maximum 86400
     * @format int32
     */
    seconds: number;
};
/**
 * What is to change of when an endpoint is failing. Members that are not named stay.
 */
export type FailingAfterPatch = {
    /**
     * How many attempts have failed one after the other.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    attempts?: number;
    /**
     * The time since the first of these attempts, in seconds.
     * @minimum 0
     * @maximum 86400
     * @format int32
     */
    seconds?: number;
};
/**
 * A pause of a webhook.
 */
export type PauseInput = {
    /**
     * When the pause ends by itself: in the future, and at most a year from now. Null, or left out, means that
     * it lasts until the webhook is resumed.
     * @format date-time
     */
    until?: string | null;
};
/**
 * The next secret of a webhook, and how it takes over.
 */
export type SecretRotation = {
    /**
     * The new secret. Null, or left out, means that one is made: `whsec_` and 24 random bytes in Base64. Where
     * `signatures` has `standard`, a token that begins with `whsec_` must go on with 24 to 64 bytes in Base64.
     * @minLength 1
     * @maxLength 4096
     * @format text
     */
    secret_token?: string | null;
    /**
     * How long the secret that is replaced stays valid beside the new one, in seconds, at most a week. Zero ends
     * it at once. Null means a day.
     * @minimum 0
     * @maximum 604800
     * @format int32
     */
    overlap_seconds?: number | null;
    /**
     * Which secret makes `X-Hub-Signature` and `X-Hub-Signature-256`, which hold only one signature: the `new`
     * one from now on, or the one that makes them now until it ends (`old`), and then the next newer one. Null
     * means `new`.
     */
    hub?: ("new" | "old") | null;
};
/**
 * A valid secret of a webhook, without its value.
 */
export type WebhookSecret = {
    /**
     * The id of the secret.
     * @format uuid
     */
    id: string;
    /**
     * Whether it is the present one, which the webhook shows as its `secret_token`.
     */
    current: boolean;
    /**
     * Whether `X-Hub-Signature` and `X-Hub-Signature-256` are made with it, where the webhook has them.
     */
    hub: boolean;
    /**
     * The key that verifies its Ed25519 signatures, `whpk_…`. Null means that it makes none.
     */
    public_key: string | null;
    /**
     * When it became the secret of the webhook. Null means that an earlier version set it.
     * @format date-time
     */
    set_at: string | null;
    /**
     * When it ends, where another one has replaced it. Null means that it is the present one.
     * @format date-time
     */
    expires_at: string | null;
};
/**
 * The new secret of a webhook, with its value.
 */
export type NewWebhookSecret = {
    /**
     * The value of the secret.
     */
    secret_token: string;
    /**
     * The id of the secret.
     * @format uuid
     */
    id: string;
    /**
     * Whether it is the present one, which the webhook shows as its `secret_token`.
     */
    current: boolean;
    /**
     * Whether `X-Hub-Signature` and `X-Hub-Signature-256` are made with it, where the webhook has them.
     */
    hub: boolean;
    /**
     * The key that verifies its Ed25519 signatures, `whpk_…`. Null means that it makes none.
     */
    public_key: string | null;
    /**
     * When it became the secret of the webhook. Null means that an earlier version set it.
     * @format date-time
     */
    set_at: string | null;
    /**
     * When it ends, where another one has replaced it. Null means that it is the present one.
     * @format date-time
     */
    expires_at: string | null;
};
/**
 * The valid secrets of a webhook.
 */
export type WebhookSecretList = {
    /**
     * The present one first, then those that were replaced, the newest first.
     */
    secrets: WebhookSecret[];
};
/**
 * An event to preview.
 */
export type WebhookPreviewInput = {
    /**
     * The name of its event type.
     * @maxLength 128
     * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
     */
    type: string;
    /**
     * What receivers get. A string is the text that is sent, byte for byte; it is Unicode text without U+0000 and
     * without unpaired surrogates. An object or array is sent as compact JSON. Its numbers are read in double
     * precision: one beyond ±(2^53 − 1) is refused, so send text where such numbers, or the bytes, matter. Null
     * means empty.
     * @format text
     */
    payload?: string | Record<string, unknown> | unknown[] | null;
    /**
     * Of each webhook, what has the same key, such as the id of an order, is attempted one after the other.
     * Any text of 1 to 255 characters without U+0000 and unpaired surrogates, but not `.` or `..`. It is compared
     * character by character. Null or left out: it waits for no other delivery.
     * @minLength 1
     * @maxLength 255
     * @pattern ^([^.]|\.[^.]|\.\.[\s\S])[\s\S]*$
     * @format text
     */
    ordering_key?: string | null;
    /**
     * Pairs of text that filters may look at. They are not sent to the receivers. A name has 1 to 64 characters.
     * Null or left out: none.
     */
    metadata?: Record<string, string> | null;
};
/**
 * Whether a webhook would get an event, and what would be sent to it.
 */
export type WebhookPreview = {
    /**
     * The webhook gets such an event.
     */
    matches: boolean;
    /**
     * Why it does not get it; null: it does.
     *
     * - `not_subscribed`: its `event_types` are null, so that it gets no events at all.
     * - `event_types`: none of them matches the type.
     * - `filter`: it does not match payload and metadata, or cannot say, as it compares what is missing, for example.
     * - `unreadable`: its `event_types` or its `filter` were written into the database by hand, and have no meaning.
     */
    mismatch: ("not_subscribed" | "unreadable" | "event_types" | "filter") | null;
    request: PreviewedRequest;
};
/**
 * A request as it would be sent, but for what belongs to the connection: `Host`, `Content-Length` and the like.
 */
export type PreviewedRequest = {
    /**
     * The method.
     */
    method: "POST";
    /**
     * The `url` of the webhook.
     */
    url: string;
    /**
     * The headers, by name. What is secret in them is `***`.
     */
    headers: PreviewedHeader[];
    /**
     * The body: the payload, or the whole event where the `format` is `cloudevents_structured`. Signatures are over its
     * bytes in UTF-8.
     */
    body: string;
};
/**
 * A header of a previewed request.
 */
export type PreviewedHeader = {
    /**
     * Its name, as it is sent but for its case.
     */
    name: string;
    /**
     * Its value, or `***`.
     */
    value: string;
};
/**
 * A test of a webhook.
 */
export type WebhookTestInput = {
    /**
     * The body to send, exactly, as in a delivery. Null, or left out: a JSON document of Postmand, whose `type`
     * is `webhook.test`.
     * @format text
     */
    payload?: string | null;
};
/**
 * A test of a webhook, and what came of it.
 */
export type WebhookTest = {
    delivery: Delivery;
    /**
     * The attempt, with the request and the response. Null where the delivery is still pending, and where it
     * failed without an attempt that could be recorded.
     */
    attempt: DeliveryAttempt | null;
};
/**
 * A page of webhooks.
 */
export type WebhookList = {
    /**
     * The webhooks of this page, by name, ascending.
     */
    webhooks: Webhook[];
    /**
     * How many webhooks a page holds at most.
     * @format int32
     */
    limit: number;
    /**
     * How many webhooks were skipped before this page.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * Where a delivery stands.
 *
 * - `pending`: attempts are still to be made.
 * - `succeeded`: an attempt succeeded.
 * - `failed`: it is not attempted any more, unless it is redelivered. `failed_reason` says why.
 */
export type DeliveryStatus = "pending" | "succeeded" | "failed";
export declare const DeliveryStatus: {
    readonly pending: "pending";
    readonly succeeded: "succeeded";
    readonly failed: "failed";
};
/**
 * One payload on its way to one webhook.
 */
export type Delivery = {
    /**
     * The id of the delivery.
     * @format uuid
     */
    id: string;
    /**
     * The id of the webhook that it goes to.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The body that is sent, exactly. It may be empty.
     */
    payload: string;
    /**
     * When the next attempt is due, at the earliest. It has no meaning once the status is final.
     * @format date-time
     */
    scheduled_at: string;
    /**
     * How many attempts have been recorded.
     * @format int32
     */
    delivery_attempts: number;
    /**
     * How many of its attempts count against the `max_delivery_attempts` of its webhook. Probes do not, nor do those
     * before its latest redelivery.
     * @format int32
     */
    budget_used: number;
    /**
     * How often it was made pending again after it had ended.
     * @format int32
     */
    redeliveries: number;
    status: DeliveryStatus;
    /**
     * Why a pending delivery is held back. Null when it is not. Of several reasons it is the first of this list.
     *
     * - `webhook_inactive`: its webhook is not active. It will be sent when the webhook is active again.
     * - `endpoint_failing`: its webhook is failing and asks with `on_failing: hold` that its deliveries wait.
     *   One of them at a time is tried.
     * - `endpoint_paused`: its webhook is paused, by a client or by a `Retry-After` of its endpoint.
     * - `ordered`: an earlier delivery with the same `ordering_key` is not done yet.
     * - `imported`: it was pending in a database that was taken over, and it waits for its turn.
     * - `scheduled`: its `send_at` is still to come.
     */
    held_reason: ("webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled") | null;
    /**
     * The deliveries of its webhook with the same key are attempted one after the other. Null: it waits for none.
     */
    ordering_key: string | null;
    /**
     * Its place in the order of its key: an earlier one has a lower number. Its requests carry it as
     * `webhook-sequence`. Null without an `ordering_key`, and for the moment until it is taken in behind what was
     * enqueued with the same key, or redelivered.
     * @minimum 1
     * @maximum 9007199254740991
     * @format int64
     */
    sequence: number | null;
    /**
     * Why the delivery failed. Null while it is pending, when it succeeded, and when it failed under version
     * 2.1 or before.
     *
     * - `attempts`: every attempt that its webhook allows has failed.
     * - `expired`: its `expires_at` came, or it reached the `max_delivery_age` of its webhook, or the next
     *   attempt would have been due after that.
     * - `poison`: every attempt has failed, and the last one ended the process that made it. Look at the attempt
     *   before you send this payload again.
     * - `erased`: an erasure removed its payload before it was sent.
     */
    failed_reason: ("attempts" | "expired" | "poison" | "erased") | null;
    /**
     * No attempt of the delivery begins before this time, which its client asked for. Null: it was due at once.
     * @format date-time
     */
    send_at: string | null;
    /**
     * When the delivery expires: from then on no attempt of it begins, and it fails with `failed_reason:
     * expired`. Null when only the `max_delivery_age` of its webhook, if any, bounds its time.
     * @format date-time
     */
    expires_at: string | null;
    /**
     * Whether it is a test of its webhook. Then it has one attempt, whatever comes of it.
     */
    test: boolean;
    metadata: Metadata;
    /**
     * The event that it tells of, with whose other deliveries it shares the payload. Null: it was made alone.
     * @format uuid
     */
    event_id: string | null;
    /**
     * Where the call that made it, or that made its event, stands in a trace, as its header `traceparent` said. Null:
     * it said nothing of a trace.
     */
    traceparent: string | null;
    /**
     * When its payload was removed, as its time was over or by an erasure: `payload` is empty since then, and it
     * cannot be redelivered. Null: it is there.
     * @format date-time
     */
    payload_removed_at: string | null;
    /**
     * When the delivery was created.
     * @format date-time
     */
    created_at: string;
    /**
     * When the delivery last changed.
     * @format date-time
     */
    updated_at: string;
};
/**
 * Deliveries that are created together, or not at all.
 */
export type DeliveryBatchInput = {
    /**
     * The deliveries, in the order in which they are taken in. Two of them may be equal.
     * @minItems 1
     * @maxItems 1000
     */
    deliveries: DeliveryInput[];
};
/**
 * What became of a batch.
 */
export type DeliveryBatch = {
    /**
     * The id of each delivery, in the order of the request.
     * @minItems 1
     * @maxItems 1000
     */
    ids: string[];
};
/**
 * A payload for a webhook, and those fields of an earlier answer that a client may send back.
 */
export type DeliveryInput = {
    /**
     * The id of the webhook that it goes to.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The body to send, exactly. Give a JSON document as a string. Null means empty. Unicode text without
     * U+0000 and without unpaired surrogates; it is sent as UTF-8.
     * @format text
     */
    payload?: string | null;
    /**
     * Deliveries of the webhook with the same key, such as the id of an order, are attempted one after the other.
     * Any text of 1 to 255 characters without U+0000 and unpaired surrogates, but not `.` or `..`. It is compared
     * character by character. Null or left out: it waits for no other delivery.
     * @minLength 1
     * @maxLength 255
     * @pattern ^([^.]|\.[^.]|\.\.[\s\S])[\s\S]*$
     * @format text
     */
    ordering_key?: string | null;
    /**
     * No attempt of the delivery begins before this time, at most 366 days ahead by the clock of the database. A
     * time that has passed, null or nothing: it is due at once. Until then the delivery is pending with
     * `held_reason: scheduled`, and a DELETE cancels it. With an `ordering_key` it keeps its place: later ones of
     * its key wait for it. `expires_at` must lie after it.
     * @format date-time
     */
    send_at?: string | null;
    /**
     * From this time on no attempt of the delivery begins: it fails with `failed_reason: expired`, wherever it
     * waits by then. The clock of the database decides. Null, or nothing, means that it does not expire by
     * itself. A time that has passed is accepted: such a delivery expires before its first attempt.
     * @format date-time
     */
    expires_at?: string | null;
    /**
     * Pairs of text that are stored and answered with the delivery, and can be searched for. They are not sent to
     * the receiver. A name has 1 to 64 characters. Null or left out: none.
     */
    metadata?: Record<string, string> | null;
    /**
     * Ignored; may be sent back.
     * @format uuid
     */
    id?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    scheduled_at?: string | null;
    /**
     * Ignored; may be sent back.
     * @minimum 0
     * @maximum 32767
     * @format int32
     */
    delivery_attempts?: number | null;
    /**
     * Ignored; may be sent back.
     */
    status?: ("pending" | "succeeded" | "failed") | null;
    /**
     * Ignored; may be sent back.
     */
    held_reason?: ("webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled") | null;
    /**
     * Ignored; may be sent back.
     * @minimum 1
     * @maximum 9007199254740991
     * @format int64
     */
    sequence?: number | null;
    /**
     * Ignored; may be sent back.
     */
    failed_reason?: ("attempts" | "expired" | "poison" | "erased") | null;
    /**
     * Ignored; may be sent back.
     * @minimum 0
     * @maximum 32767
     * @format int32
     */
    budget_used?: number | null;
    /**
     * Ignored; may be sent back.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    redeliveries?: number | null;
    /**
     * Ignored; may be sent back.
     * @format uuid
     */
    event_id?: string | null;
    /**
     * Ignored; may be sent back. The header of this name says it.
     */
    traceparent?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    payload_removed_at?: string | null;
    /**
     * Ignored; may be sent back.
     */
    test?: boolean | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    created_at?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    updated_at?: string | null;
};
/**
 * Up to 20 pairs of text of your own. A name has 1 to 64 characters, and a value at most 255. They are stored,
 * answered and can be searched for. Receivers do not get them.
 */
export type Metadata = Record<string, string>;
/**
 * How many deliveries there are.
 */
export type DeliveryCount = {
    /**
     * How many were counted.
     * @minimum 0
     * @maximum 1000000
     * @format int32
     */
    count: number;
    /**
     * Whether counting stopped before the end, so that there may be more.
     */
    at_least: boolean;
};
/**
 * A page of deliveries.
 */
export type DeliveryList = {
    /**
     * The deliveries of this page, newest first.
     */
    deliveries: Delivery[];
    /**
     * How many deliveries a page holds at most.
     * @format int32
     */
    limit: number;
    /**
     * How many deliveries were skipped before this page.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * Something that happened, for whoever subscribed.
 */
export type Event = {
    /**
     * The id of the event.
     * @format uuid
     */
    id: string;
    /**
     * What kind of event it is.
     */
    type: string;
    /**
     * The text that is sent, exactly. It may be empty.
     */
    payload: string;
    metadata: Metadata;
    /**
     * The ordering key of its deliveries. Null where they have none.
     */
    ordering_key: string | null;
    /**
     * No attempt of its deliveries begins before this time. Null where they are due at once.
     * @format date-time
     */
    send_at: string | null;
    /**
     * When its deliveries expire. Null where only the `max_delivery_age` of a webhook bounds their time.
     * @format date-time
     */
    expires_at: string | null;
    /**
     * How many webhooks get it. It counts what was made for it, not what is kept until now. Null while they are yet
     * to be chosen, for a moment after an application has emitted it in SQL.
     * @format int32
     */
    deliveries: number | null;
    /**
     * The operation that makes those of its deliveries that its commit did not. Where that is cancelled, the others
     * are never made, and `deliveries` says how many there were. Null where its commit made all.
     * @format uuid
     */
    operation_id: string | null;
    /**
     * Why an event that an application has emitted in SQL goes to nobody. Null where nothing is wrong with it.
     */
    fault: string | null;
    /**
     * Where the call that made it stands in a trace, as its header `traceparent` said. Null: it said nothing of a
     * trace.
     */
    traceparent: string | null;
    /**
     * When its payload was removed, as its time was over or by an erasure: `payload` is empty since then. Null: it
     * is there.
     * @format date-time
     */
    payload_removed_at: string | null;
    /**
     * When the event was stored.
     * @format date-time
     */
    created_at: string;
};
/**
 * What happened, and those fields of an earlier answer that a client may send back.
 */
export type EventInput = {
    /**
     * The name of its event type.
     * @maxLength 128
     * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
     */
    type: string;
    /**
     * What receivers get. A string is the text that is sent, byte for byte; it is Unicode text without U+0000 and
     * without unpaired surrogates. An object or array is sent as compact JSON. Its numbers are read in double
     * precision: one beyond ±(2^53 − 1) is refused, so send text where such numbers, or the bytes, matter. Null
     * means empty.
     * @format text
     */
    payload?: string | Record<string, unknown> | unknown[] | null;
    /**
     * Of each webhook, what has the same key, such as the id of an order, is attempted one after the other.
     * Any text of 1 to 255 characters without U+0000 and unpaired surrogates, but not `.` or `..`. It is compared
     * character by character. Null or left out: it waits for no other delivery.
     * @minLength 1
     * @maxLength 255
     * @pattern ^([^.]|\.[^.]|\.\.[\s\S])[\s\S]*$
     * @format text
     */
    ordering_key?: string | null;
    /**
     * No attempt of its deliveries begins before this time, at most 366 days ahead by the clock of the database. A
     * time that has passed, null or nothing: it is due at once. Until then they are pending with
     * `held_reason: scheduled`. With an `ordering_key` they keep their places: later ones of the key wait. `expires_at` must lie after it.
     * @format date-time
     */
    send_at?: string | null;
    /**
     * From this time on no attempt of its deliveries begins: they fail with `failed_reason: expired`, wherever
     * they wait by then. The clock of the database decides. Null, or nothing, means that they do not expire
     * by themselves. A time that has passed is accepted: such deliveries expire before their first attempt.
     * @format date-time
     */
    expires_at?: string | null;
    /**
     * Pairs of text that are stored and answered with the event and its deliveries, and can be
     * searched for. They are not sent to the receivers. A name has 1 to 64 characters. Null or left out: none.
     */
    metadata?: Record<string, string> | null;
    /**
     * Ignored; may be sent back.
     * @format uuid
     */
    id?: string | null;
    /**
     * Ignored; may be sent back.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    deliveries?: number | null;
    /**
     * Ignored; may be sent back.
     * @format uuid
     */
    operation_id?: string | null;
    /**
     * Ignored; may be sent back.
     */
    fault?: string | null;
    /**
     * Ignored; may be sent back. The header of this name says it.
     */
    traceparent?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    payload_removed_at?: string | null;
    /**
     * Ignored; may be sent back.
     * @format date-time
     */
    created_at?: string | null;
};
/**
 * Events that are stored together, or not at all.
 */
export type EventBatchInput = {
    /**
     * The events, in the order in which they happened. Two of them may be equal.
     * @minItems 1
     * @maxItems 1000
     */
    events: EventInput[];
};
/**
 * What became of a batch of events.
 */
export type EventBatch = {
    /**
     * The id of each event, in the order of the request.
     * @minItems 1
     * @maxItems 1000
     */
    ids: string[];
};
/**
 * A page of events.
 */
export type EventList = {
    /**
     * The events of this page, newest first.
     */
    events: Event[];
    /**
     * How many events a page holds at most.
     * @format int32
     */
    limit: number;
    /**
     * How many events were skipped before this page.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * What is wrong now, and how it goes.
 */
export type Attention = {
    /**
     * What is wrong, the most wrong first. Empty where all is well.
     */
    items: AttentionItem[];
    /**
     * Whether there is more than `limit` items, and less wrong than these.
     */
    more: boolean;
    /**
     * When the delivery became due that has waited longest and that nobody is sending. Null where none is due. What
     * is held does not count.
     * @format date-time
     */
    oldest_due_at: string | null;
    figures: StatsOfStep;
};
/**
 * What an id belongs to.
 */
export type LookedUp = {
    /**
     * What it is.
     */
    kind: "webhook" | "delivery" | "attempt" | "event" | "operation";
    /**
     * The id, in small letters.
     * @format uuid
     */
    id: string;
};
/**
 * Something that is wrong. Members that its kind has nothing to say about are null. Counts stop at 100, which stands
 * for 100 or more.
 */
export type AttentionItem = {
    /**
     * - `no_worker`: no worker has given a sign of life for some seconds, so that nothing is sent.
     * - `failing`: the endpoint of an active webhook is `failing`, as its `health` says. `deliveries` are held.
     * - `deactivated`: Postmand itself made the webhook inactive, in the last 7 days or while deliveries wait for it.
     * - `paused`: the webhook is paused, `until` then; null there is until somebody resumes it.
     * - `blocked`: a failed delivery blocks each of so many `ordering_keys` of the webhook, and `deliveries` wait
     *   behind them.
     * - `behind`: `deliveries` have been due for more than a minute, and nobody is sending them. Without a webhook
     *   they are those of more than 10.
     * - `not_taken_in`: `deliveries` or `events` that were committed to the outbox have waited there for more than a
     *   minute. `event_id` is the first of these events.
     * - `operation_failed`: an operation has failed in the last 7 days.
     * - `event_faulty`: `events` of a type that applications emitted in the last 7 days go to nobody. `event_id` is
     *   the last of them.
     */
    kind: "no_worker" | "not_taken_in" | "behind" | "deactivated" | "failing" | "blocked" | "operation_failed" | "event_faulty" | "paused";
    /**
     * How wrong it is.
     */
    severity: "critical" | "warning" | "notice";
    /**
     * What is wrong, and what follows, in sentences for people. The words may change.
     */
    message: string;
    /**
     * The webhook that it is about.
     * @format uuid
     */
    webhook_id: string | null;
    /**
     * The name of that webhook.
     */
    webhook_name: string | null;
    /**
     * The operation that has failed.
     * @format uuid
     */
    operation_id: string | null;
    /**
     * An event that it is about.
     * @format uuid
     */
    event_id: string | null;
    /**
     * The type of these events.
     */
    event_type: string | null;
    /**
     * Since when it is so. Null of a pause, whose beginning is not kept.
     * @format date-time
     */
    since: string | null;
    /**
     * When it ends by itself, where that is known.
     * @format date-time
     */
    until: string | null;
    /**
     * How many deliveries wait because of it. 100 stands for 100 or more.
     * @minimum 0
     * @maximum 100
     * @format int32
     */
    deliveries: number | null;
    /**
     * How many ordering keys are blocked. 100 stands for 100 or more.
     * @minimum 0
     * @maximum 100
     * @format int32
     */
    ordering_keys: number | null;
    /**
     * How many events it is about. 100 stands for 100 or more.
     * @minimum 0
     * @maximum 100
     * @format int32
     */
    events: number | null;
    /**
     * How many attempts have failed since the last success.
     * @format int32
     */
    consecutive_failures: number | null;
    /**
     * Why the last attempt of the webhook failed, why the operation failed, or what is wrong with the event.
     */
    error: string | null;
};
/**
 * What happened to the deliveries of all webhooks.
 */
export type Stats = {
    /**
     * How long a step is.
     */
    step: "minute" | "hour" | "day";
    /**
     * When the first step begins.
     * @format date-time
     */
    from: string;
    /**
     * When the last step ends.
     * @format date-time
     */
    to: string;
    /**
     * Every step, the first one first, also where nothing happened.
     */
    stats: StatsOfStep[];
};
/**
 * What happened to the deliveries of a webhook.
 */
export type WebhookStats = {
    /**
     * The webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * How long a step is.
     */
    step: "minute" | "hour" | "day";
    /**
     * When the first step begins.
     * @format date-time
     */
    from: string;
    /**
     * When the last step ends.
     * @format date-time
     */
    to: string;
    /**
     * Every step, the first one first, also where nothing happened.
     */
    stats: StatsOfStep[];
};
/**
 * What happened in a minute, an hour or a day.
 */
export type StatsOfStep = {
    /**
     * When the step begins.
     * @format date-time
     */
    at: string;
    /**
     * Deliveries that were accepted. Those of a batch, or of an application that shares the database, count when a worker takes them in.
     * @minimum 0
     * @maximum 9007199254740991
     * @format int64
     */
    accepted: number;
    /**
     * Attempts that were recorded.
     * @minimum 0
     * @maximum 9007199254740991
     * @format int64
     */
    attempts: number;
    /**
     * Deliveries that succeeded.
     * @minimum 0
     * @maximum 9007199254740991
     * @format int64
     */
    succeeded: number;
    /**
     * Deliveries that failed, with or without a last attempt.
     * @minimum 0
     * @maximum 9007199254740991
     * @format int64
     */
    failed: number;
    /**
     * Attempts that failed, and are followed by another one.
     * @minimum 0
     * @maximum 9007199254740991
     * @format int64
     */
    retried: number;
    /**
     * How often a delivery came to be held for a reason that the API shows, other than `scheduled`.
     * @minimum 0
     * @maximum 9007199254740991
     * @format int64
     */
    held: number;
    /**
     * Half of the attempts took up to so many ms; null where there were none. Estimated from a fixed histogram.
     * @format int32
     */
    p50_ms: number | null;
    /**
     * 95 % of the attempts took up to so many ms, in the same way.
     * @format int32
     */
    p95_ms: number | null;
    /**
     * 99 % of the attempts took up to so many ms, in the same way.
     * @format int32
     */
    p99_ms: number | null;
};
/**
 * A page of ordering keys.
 */
export type OrderingKeyList = {
    /**
     * The keys of this page, by key, ascending.
     */
    ordering_keys: BlockedOrderingKey[];
    /**
     * The limit of the request.
     * @format int32
     */
    limit: number;
    /**
     * The offset of the request.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * An ordering key that stands still, as one of its deliveries has failed.
 */
export type BlockedOrderingKey = {
    /**
     * The key.
     */
    ordering_key: string;
    /**
     * The id of the failed delivery that blocks the key.
     * @format uuid
     */
    delivery_id: string;
    /**
     * The `sequence` of that delivery.
     * @minimum 1
     * @maximum 9007199254740991
     * @format int64
     */
    sequence: number;
    /**
     * When it failed.
     * @format date-time
     */
    blocked_since: string;
    /**
     * How many pending deliveries of the key wait behind it.
     * @format int32
     */
    waiting: number;
};
/**
 * One try to send a delivery.
 */
export type DeliveryAttempt = {
    /**
     * The id of the attempt.
     * @format uuid
     */
    id: string;
    /**
     * The id of the webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The id of the delivery.
     * @format uuid
     */
    delivery_id: string;
    /**
     * What was sent: the request line, `Host`, the other headers in alphabetical order, an empty line and the
     * body, joined by CRLF. The value of `Authorization` is `***`. Empty where nothing was sent, as there was
     * no token for it, and where the payload of its delivery was removed.
     */
    raw_request: string;
    /**
     * What came back: the status line, at most 1,000 headers in alphabetical order, an empty line and at most
     * the first 64 KiB of the body, joined by CRLF. Bytes that are not UTF-8, and U+0000, are shown as U+FFFD.
     * `…[cut]` stands at the end of what was cut. Empty when no complete response came, and where the payload of
     * its delivery was removed.
     */
    raw_response: string;
    /**
     * The HTTP status of the response. 0 when no complete response came.
     * @format int32
     */
    response_status_code: number;
    /**
     * How long the attempt took to complete or to fail, in milliseconds.
     * @format int32
     */
    execution_duration: number;
    /**
     * Whether a complete response came with one of the webhook's `valid_status_codes`.
     */
    success: boolean;
    /**
     * Whether it asked if a failing endpoint answers again. Such an attempt does not count against
     * `max_delivery_attempts`.
     */
    probe: boolean;
    /**
     * Why no complete response came. Empty when one did. Where the database refused to store `raw_request` and
     * `raw_response`, both are empty and this says so.
     */
    error: string;
    /**
     * When the attempt was recorded.
     * @format date-time
     */
    created_at: string;
};
/**
 * A page of delivery attempts.
 */
export type DeliveryAttemptList = {
    /**
     * The attempts of this page, newest first.
     */
    delivery_attempts: DeliveryAttempt[];
    /**
     * How many attempts a page holds at most.
     * @format int32
     */
    limit: number;
    /**
     * How many attempts were skipped before this page.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * What is to be erased.
 */
export type ErasureInput = {
    /**
     * The pairs that a delivery carries, or its webhook: all of them. 1 to 20 pairs, with names of 1 to 64
     * characters.
     */
    metadata: Record<string, string>;
};
/**
 * What an erasure that began now would find.
 */
export type ErasureCount = {
    /**
     * How many deliveries, of the first million that were looked at, with the events.
     * @format int32
     */
    matching: number;
    /**
     * How many of them are pending, and would fail.
     * @format int32
     */
    pending: number;
    /**
     * How many events, beside the deliveries.
     * @format int32
     */
    events: number;
    /**
     * Whether there may be more than that, as counting has stopped.
     */
    at_least: boolean;
};
/**
 * Which deliveries are to be sent again.
 */
export type RedeliveryInput = {
    filter: RedeliveryFilter;
    /**
     * How many deliveries become pending a second, at most. They are sent as fast as their webhooks, with their
     * limits, and the workers allow.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    rate_per_second?: number;
};
/**
 * Which deliveries that have ended: all members that are given must hold. It has at least one. All deliveries that
 * failed, of all webhooks, are `{"status": "failed"}`.
 */
export type RedeliveryFilter = {
    /**
     * Only deliveries of this webhook.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of this event.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries that have ended so. Without it those that failed; with `ids`, all.
     */
    status?: "succeeded" | "failed";
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that were created then or later.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only deliveries that were created earlier.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only deliveries with one of these ids. One that does not exist, or cannot be sent again, counts as
     * `skipped`.
     * @minItems 1
     * @maxItems 1000
     */
    ids?: string[];
};
/**
 * What a redelivery that began now would send again.
 */
export type RedeliveryCount = {
    /**
     * How many deliveries, of the first million that were looked at.
     * @format int32
     */
    matching: number;
    /**
     * Whether there are more deliveries to look at. Then all that is said here is of the oldest million.
     */
    at_least: boolean;
    /**
     * When the oldest of them was created. Null where there is none.
     * @format date-time
     */
    oldest: string | null;
    /**
     * When the newest of them was created. Null where there is none.
     * @format date-time
     */
    newest: string | null;
    /**
     * The 20 webhooks with most of them, the one with most first.
     */
    by_webhook: CountOfWebhook[];
};
/**
 * A webhook, and how many deliveries of it.
 */
export type CountOfWebhook = {
    /**
     * The id of the webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * How many of its deliveries.
     * @format int32
     */
    matching: number;
};
/**
 * Words of small letters, digits and `_`, with dots between them.
 * @maxLength 128
 * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
 */
export type EventTypeName = string;
/**
 * A type of events.
 */
export type EventType = {
    /**
     * What it is called. `order.paid` is in the family `order`, to which webhooks can subscribe as a whole.
     */
    name: EventTypeName;
    /**
     * What happens when there is such an event, for receivers.
     */
    description: string;
    /**
     * The JSON Schema 2020-12 of payloads; null where any payload fits.
     */
    schema: Record<string, unknown> | boolean | null;
    /**
     * A payload as receivers get it; null where there is none.
     */
    example: unknown;
    /**
     * Which schemas may follow the present one.
     */
    compatibility: "backward" | "none";
    /**
     * It begins with 1, and grows with each change of the schema.
     * @format int32
     */
    version: number;
    /**
     * Since when no event of this type is taken any more; null where they are.
     * @format date-time
     */
    archived_at: string | null;
    /**
     * When it was created.
     * @format date-time
     */
    created_at: string;
    /**
     * When it was last changed. It grows with every change.
     * @format date-time
     */
    updated_at: string;
};
/**
 * An event type to create, and those fields of an earlier answer that a client may send back.
 */
export type EventTypeInput = {
    /**
     * What it is called. It cannot be changed, and `openapi.json` is taken: it is the path of a document.
     */
    name: EventTypeName;
    /**
     * What happens when there is such an event, for receivers. Null means that it is empty.
     * @maxLength 4096
     * @format text
     */
    description?: string | null;
    /**
     * The JSON Schema 2020-12 of payloads. Null means that any payload fits, also one that is no JSON.
     */
    schema?: Record<string, unknown> | boolean | null;
    /**
     * A payload as receivers get it, in up to 64 KiB of JSON. It fits the schema. Null means that there is none.
     */
    example?: unknown;
    /**
     * Which schemas may follow the present one. `backward`: those that take what it takes, and name the members that it
     * names. `none`: any. Null means `backward`.
     */
    compatibility?: ("backward" | "none") | null;
    /**
     * Set by the server. Sent back, it is ignored.
     * @minimum 1
     * @format int32
     */
    version?: number;
    /**
     * Set by the server. Sent back, it is ignored.
     * @format date-time
     */
    archived_at?: string | null;
    /**
     * Set by the server. Sent back, it is ignored.
     * @format date-time
     */
    created_at?: string;
    /**
     * Set by the server. Sent back, it is ignored.
     * @format date-time
     */
    updated_at?: string;
};
/**
 * The members of an event type that are to change, and those of an earlier answer that a client may send back.
 */
export type EventTypePatch = {
    /**
     * It cannot be changed. Sent back, it is ignored.
     */
    name?: EventTypeName;
    /**
     * What happens when there is such an event, for receivers. Null means that it is empty.
     * @maxLength 4096
     * @format text
     */
    description?: string | null;
    /**
     * The JSON Schema 2020-12 of payloads. Null means that any payload fits, also one that is no JSON.
     */
    schema?: Record<string, unknown> | boolean | null;
    /**
     * A payload as receivers get it, in up to 64 KiB of JSON. It fits the schema. Null means that there is none.
     */
    example?: unknown;
    /**
     * Which schemas may follow the present one. `backward`: those that take what it takes, and name the members that it
     * names. `none`: any. Null means `backward`.
     */
    compatibility?: ("backward" | "none") | null;
    /**
     * Set by the server. Sent back, it is ignored.
     * @minimum 1
     * @format int32
     */
    version?: number;
    /**
     * Set by the server. Sent back, it is ignored.
     * @format date-time
     */
    archived_at?: string | null;
    /**
     * Set by the server. Sent back, it is ignored.
     * @format date-time
     */
    created_at?: string;
    /**
     * Set by the server. Sent back, it is ignored.
     * @format date-time
     */
    updated_at?: string;
};
/**
 * A page of event types.
 */
export type EventTypeList = {
    /**
     * The event types of this page, by name.
     */
    event_types: EventType[];
    /**
     * How many event types a page holds at most.
     * @format int32
     */
    limit: number;
    /**
     * How many event types were skipped before this page.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * An OpenAPI 3.1 document, of which `webhooks` and `components.schemas` count here.
 */
export type EventTypesDocument = {
    /**
     * The version of OpenAPI.
     * @pattern ^3\.1\.[0-9]+$
     */
    openapi: string;
    /**
     * What the document is called, and its version, which is the time of the last change.
     */
    info?: Record<string, unknown>;
    /**
     * Where the webhooks are sent, which each webhook says itself.
     */
    servers?: Record<string, unknown>[];
    /**
     * A path item of OpenAPI for each type, by its name.
     */
    webhooks: Record<string, unknown>;
    /**
     * The schemas, by the names of their types.
     */
    components?: Record<string, unknown>;
};
/**
 * What became of the members of a document, by the names of types.
 */
export type EventTypeImport = {
    /**
     * The types that did not exist.
     */
    created: string[];
    /**
     * The types that differed.
     */
    updated: string[];
    /**
     * The types that were as the document says.
     */
    unchanged: string[];
};
/**
 * What an operation does.
 *
 * - `redelivery`: it makes deliveries pending again.
 * - `erasure`: it removes payloads and texts.
 * - `fan_out`: it makes the deliveries of an event that the commit of the event did not. Only Postmand creates
 *   one. Where it is cancelled, the webhooks that are left do not get the event.
 */
export type OperationKind = "redelivery" | "erasure" | "fan_out";
export declare const OperationKind: {
    readonly redelivery: "redelivery";
    readonly erasure: "erasure";
    readonly fan_out: "fan_out";
};
/**
 * Where an operation stands.
 *
 * - `queued`: no worker has begun it.
 * - `running`: steps are still to be done.
 * - `done`: everything that matched was done or skipped.
 * - `cancelled`: a client ended it before that.
 * - `failed`: it could not go on. `error` says why.
 */
export type OperationState = "queued" | "running" | "done" | "cancelled" | "failed";
export declare const OperationState: {
    readonly queued: "queued";
    readonly running: "running";
    readonly done: "done";
    readonly cancelled: "cancelled";
    readonly failed: "failed";
};
/**
 * Long work on many deliveries.
 */
export type Operation = {
    /**
     * The id of the operation.
     * @format uuid
     */
    id: string;
    kind: OperationKind;
    state: OperationState;
    /**
     * What it was asked to work on, with the defaults that hold.
     */
    filter: Record<string, unknown>;
    /**
     * How many deliveries it does a second, at most. Null means that it has no such bound.
     * @format int32
     */
    rate_per_second: number | null;
    /**
     * How many deliveries belong to it; of an erasure, how many deliveries and events. They are counted when it
     * begins, and it is null until then. Counting stops at 1,000,000: from there on it grows with what is done. Once
     * it is done, it is the sum of `done` and `skipped`.
     * @format int32
     */
    matched: number | null;
    /**
     * How many deliveries it has changed, or made.
     * @format int32
     */
    done: number;
    /**
     * How many deliveries it has left as they were: somebody deleted, redelivered or changed them before their
     * turn came, or they could not be changed. Of a `fan_out`, how many webhooks were deleted before that.
     * @format int32
     */
    skipped: number;
    /**
     * When it was asked for.
     * @format date-time
     */
    created_at: string;
    /**
     * When a worker began it. Null while it is `queued`.
     * @format date-time
     */
    started_at: string | null;
    /**
     * When it ended. Null before that.
     * @format date-time
     */
    finished_at: string | null;
    /**
     * Why it failed. Null where it has not.
     */
    error: string | null;
};
/**
 * A page of operations.
 */
export type OperationList = {
    /**
     * The operations of this page, newest first.
     */
    operations: Operation[];
    /**
     * How many operations a page holds at most.
     * @format int32
     */
    limit: number;
    /**
     * How many operations were skipped before this page.
     * @format int32
     */
    offset: number;
    /**
     * The `cursor` of the next page; null at the last one.
     */
    next_cursor: string | null;
};
/**
 * Why a request was refused or failed.
 */
export type Problem = {
    /**
     * What went wrong, as a stable number. The table of codes is at the top of this document.
     * @format int32
     */
    code: number;
    /**
     * The code in words.
     */
    message: string;
    /**
     * More about this case, where there is more to say. With code 4 it names the first field at fault.
     */
    details?: string;
    /**
     * With code 38 the place in the payload that does not fit its schema, and with code 36 the place in the schema
     * that takes less than before, as a JSON Pointer (RFC 6901). Empty: the whole of it.
     */
    pointer?: string;
};
/**
 * Narrow a `Alarm` to `AlarmWebhookFailing` via its `type` discriminant.
 */
export declare function isAlarmWebhookFailing(value: Alarm): value is AlarmWebhookFailing;
/**
 * Narrow a `Alarm` to `AlarmWebhookRecovered` via its `type` discriminant.
 */
export declare function isAlarmWebhookRecovered(value: Alarm): value is AlarmWebhookRecovered;
/**
 * Narrow a `Alarm` to `AlarmWebhookDeactivated` via its `type` discriminant.
 */
export declare function isAlarmWebhookDeactivated(value: Alarm): value is AlarmWebhookDeactivated;
/**
 * Narrow a `Alarm` to `AlarmDeliveryFailed` via its `type` discriminant.
 */
export declare function isAlarmDeliveryFailed(value: Alarm): value is AlarmDeliveryFailed;
/**
 * Narrow a `Alarm` to `AlarmOrderingKeyBlocked` via its `type` discriminant.
 */
export declare function isAlarmOrderingKeyBlocked(value: Alarm): value is AlarmOrderingKeyBlocked;
/**
 * Narrow a `Alarm` to `AlarmOperationFinished` via its `type` discriminant.
 */
export declare function isAlarmOperationFinished(value: Alarm): value is AlarmOperationFinished;
/**
 * Narrow a `Alarm` to `AlarmCertificateExpiring` via its `type` discriminant.
 */
export declare function isAlarmCertificateExpiring(value: Alarm): value is AlarmCertificateExpiring;
/**
 * Narrow a `Alarm` to `AlarmQueueBehind` via its `type` discriminant.
 */
export declare function isAlarmQueueBehind(value: Alarm): value is AlarmQueueBehind;
export type ListWebhooksResult = WebhookList;
export type ListWebhooksQuery = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only webhooks that are active (`true`), or only those that are not (`false`).
     */
    active?: boolean;
    /**
     * Only webhooks in this state: `inactive`, or active with this `state` in their `health`.
     */
    state?: "healthy" | "failing" | "recovering" | "paused" | "inactive";
    /**
     * Only webhooks whose name has this text in it, in capital or small letters.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    name?: string;
    /**
     * Only webhooks with a pattern in `event_types` that matches this type. Their `filter` is not asked.
     */
    event_type?: EventTypeName;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type ListWebhooksResponseHeaders = {
    xRequestId?: string;
};
export type ListWebhooksVariables = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only webhooks that are active (`true`), or only those that are not (`false`).
     */
    active?: boolean;
    /**
     * Only webhooks in this state: `inactive`, or active with this `state` in their `health`.
     */
    state?: "healthy" | "failing" | "recovering" | "paused" | "inactive";
    /**
     * Only webhooks whose name has this text in it, in capital or small letters.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    name?: string;
    /**
     * Only webhooks with a pattern in `event_types` that matches this type. Their `filter` is not asked.
     */
    event_type?: EventTypeName;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type CreateWebhookResult = Webhook;
export type CreateWebhookBody = WebhookInput;
export type CreateWebhookResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type CreateWebhookVariables = CreateWebhookBody;
export type GetWebhookResult = Webhook;
export type GetWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type GetWebhookResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type GetWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type ReplaceWebhookResult = Webhook;
export type ReplaceWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type ReplaceWebhookBody = WebhookInput;
export type ReplaceWebhookHeaders = {
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
};
export type ReplaceWebhookResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type ReplaceWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
} & ReplaceWebhookBody;
export type DeleteWebhookResult = void;
export type DeleteWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type DeleteWebhookHeaders = {
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
};
export type DeleteWebhookResponseHeaders = {
    xRequestId?: string;
};
export type DeleteWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
};
export type PatchWebhookResult = Webhook;
export type PatchWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type PatchWebhookBody = WebhookPatch;
export type PatchWebhookHeaders = {
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
};
export type PatchWebhookResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type PatchWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
} & PatchWebhookBody;
export type ListOrderingKeysResult = OrderingKeyList;
export type ListOrderingKeysPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type ListOrderingKeysQuery = {
    /**
     * Which keys to list. `blocked` are those that a failed delivery blocks.
     */
    state?: "blocked";
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
};
export type ListOrderingKeysResponseHeaders = {
    xRequestId?: string;
};
export type ListOrderingKeysVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * Which keys to list. `blocked` are those that a failed delivery blocks.
     */
    state?: "blocked";
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
};
export type SkipOrderingKeyResult = void;
export type SkipOrderingKeyPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * An ordering key, URL-encoded, a slash in it too (`%2F`).
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key: string;
};
export type SkipOrderingKeyResponseHeaders = {
    xRequestId?: string;
};
export type SkipOrderingKeyVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * An ordering key, URL-encoded, a slash in it too (`%2F`).
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key: string;
};
export type PauseWebhookResult = Webhook;
export type PauseWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type PauseWebhookBody = PauseInput;
export type PauseWebhookResponseHeaders = {
    xRequestId?: string;
};
export type PauseWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    body?: PauseWebhookBody;
};
export type ResumeWebhookResult = Webhook;
export type ResumeWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type ResumeWebhookResponseHeaders = {
    xRequestId?: string;
};
export type ResumeWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type ListSecretsResult = WebhookSecretList;
export type ListSecretsPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type ListSecretsResponseHeaders = {
    xRequestId?: string;
};
export type ListSecretsVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type RotateSecretResult = NewWebhookSecret;
export type RotateSecretPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type RotateSecretBody = SecretRotation;
export type RotateSecretResponseHeaders = {
    xRequestId?: string;
};
export type RotateSecretVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    body?: RotateSecretBody;
};
export type EndSecretResult = void;
export type EndSecretPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The id of a secret, from the list of secrets.
     * @format uuid
     */
    secret_id: string;
};
export type EndSecretResponseHeaders = {
    xRequestId?: string;
};
export type EndSecretVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The id of a secret, from the list of secrets.
     * @format uuid
     */
    secret_id: string;
};
export type GetWebhookStatsResult = WebhookStats;
export type GetWebhookStatsPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type GetWebhookStatsQuery = {
    /**
     * The first step is that of this time.
     * @format date-time
     */
    from?: string;
    /**
     * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
     * @format date-time
     */
    to?: string;
    /**
     * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
     */
    step?: "minute" | "hour" | "day";
};
export type GetWebhookStatsResponseHeaders = {
    xRequestId?: string;
};
export type GetWebhookStatsVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The first step is that of this time.
     * @format date-time
     */
    from?: string;
    /**
     * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
     * @format date-time
     */
    to?: string;
    /**
     * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
     */
    step?: "minute" | "hour" | "day";
};
export type PreviewWebhookResult = WebhookPreview;
export type PreviewWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type PreviewWebhookBody = WebhookPreviewInput;
export type PreviewWebhookResponseHeaders = {
    xRequestId?: string;
};
export type PreviewWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
} & PreviewWebhookBody;
export type TestWebhookResult = WebhookTest;
export type TestWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
};
export type TestWebhookBody = WebhookTestInput;
export type TestWebhookResponseHeaders = {
    xRequestId?: string;
};
export type TestWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    body?: TestWebhookBody;
};
export type ListDeliveriesResult = DeliveryList;
export type ListDeliveriesQuery = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of the event with this id.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that are held back for this reason.
     */
    held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
    /**
     * Only deliveries with exactly this ordering key, URL-encoded.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key?: string;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type ListDeliveriesResponseHeaders = {
    xRequestId?: string;
};
export type ListDeliveriesVariables = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of the event with this id.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that are held back for this reason.
     */
    held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
    /**
     * Only deliveries with exactly this ordering key, URL-encoded.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key?: string;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type CreateDeliveryResult = Delivery;
export type CreateDeliveryBody = DeliveryInput;
export type CreateDeliveryHeaders = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
};
export type CreateDeliveryResponseHeaders = {
    idempotencyReplayed?: string;
    xRequestId?: string;
};
export type CreateDeliveryVariables = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & CreateDeliveryBody;
export type CreateDeliveriesResult = DeliveryBatch;
export type CreateDeliveriesBody = DeliveryBatchInput;
export type CreateDeliveriesHeaders = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
};
export type CreateDeliveriesResponseHeaders = {
    idempotencyReplayed?: string;
    xRequestId?: string;
};
export type CreateDeliveriesVariables = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & CreateDeliveriesBody;
export type CountDeliveriesResult = DeliveryCount;
export type CountDeliveriesQuery = {
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of the event with this id.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that are held back for this reason.
     */
    held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
    /**
     * Only deliveries with exactly this ordering key, URL-encoded.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key?: string;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type CountDeliveriesResponseHeaders = {
    xRequestId?: string;
};
export type CountDeliveriesVariables = {
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of the event with this id.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that are held back for this reason.
     */
    held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
    /**
     * Only deliveries with exactly this ordering key, URL-encoded.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key?: string;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type GetDeliveryResult = Delivery;
export type GetDeliveryPath = {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
};
export type GetDeliveryResponseHeaders = {
    xRequestId?: string;
};
export type GetDeliveryVariables = {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
};
export type DeleteDeliveryResult = void;
export type DeleteDeliveryPath = {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
};
export type DeleteDeliveryResponseHeaders = {
    xRequestId?: string;
};
export type DeleteDeliveryVariables = {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
};
export type RedeliverDeliveryResult = Delivery;
export type RedeliverDeliveryPath = {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
};
export type RedeliverDeliveryResponseHeaders = {
    xRequestId?: string;
};
export type RedeliverDeliveryVariables = {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
};
export type ListEventsResult = EventList;
export type ListEventsQuery = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only events of exactly this type.
     * @maxLength 128
     * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
     */
    type?: string;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type ListEventsResponseHeaders = {
    xRequestId?: string;
};
export type ListEventsVariables = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only events of exactly this type.
     * @maxLength 128
     * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
     */
    type?: string;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type CreateEventResult = Event;
export type CreateEventBody = EventInput;
export type CreateEventHeaders = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
};
export type CreateEventResponseHeaders = {
    idempotencyReplayed?: string;
    xRequestId?: string;
};
export type CreateEventVariables = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & CreateEventBody;
export type CreateEventsResult = EventBatch;
export type CreateEventsBody = EventBatchInput;
export type CreateEventsHeaders = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
};
export type CreateEventsResponseHeaders = {
    idempotencyReplayed?: string;
    xRequestId?: string;
};
export type CreateEventsVariables = {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & CreateEventsBody;
export type GetEventResult = Event;
export type GetEventPath = {
    /**
     * The id of an event.
     * @format uuid
     */
    event_id: string;
};
export type GetEventResponseHeaders = {
    xRequestId?: string;
};
export type GetEventVariables = {
    /**
     * The id of an event.
     * @format uuid
     */
    event_id: string;
};
export type ListDeliveryAttemptsResult = DeliveryAttemptList;
export type ListDeliveryAttemptsQuery = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only attempts of the delivery with this id.
     * @format uuid
     */
    delivery_id?: string;
    /**
     * Only attempts that succeeded (`true`), or only those that failed (`false`).
     */
    success?: boolean;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type ListDeliveryAttemptsResponseHeaders = {
    xRequestId?: string;
};
export type ListDeliveryAttemptsVariables = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only attempts of the delivery with this id.
     * @format uuid
     */
    delivery_id?: string;
    /**
     * Only attempts that succeeded (`true`), or only those that failed (`false`).
     */
    success?: boolean;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
};
export type GetDeliveryAttemptResult = DeliveryAttempt;
export type GetDeliveryAttemptPath = {
    /**
     * The id of a delivery attempt.
     * @format uuid
     */
    delivery_attempt_id: string;
};
export type GetDeliveryAttemptResponseHeaders = {
    xRequestId?: string;
};
export type GetDeliveryAttemptVariables = {
    /**
     * The id of a delivery attempt.
     * @format uuid
     */
    delivery_attempt_id: string;
};
export type RedeliverDeliveriesResult = Operation;
export type RedeliverDeliveriesBody = RedeliveryInput;
export type RedeliverDeliveriesResponseHeaders = {
    location?: string;
    xRequestId?: string;
};
export type RedeliverDeliveriesVariables = RedeliverDeliveriesBody;
export type EraseDeliveriesResult = Operation;
export type EraseDeliveriesBody = ErasureInput;
export type EraseDeliveriesResponseHeaders = {
    location?: string;
    xRequestId?: string;
};
export type EraseDeliveriesVariables = EraseDeliveriesBody;
export type ListEventTypesResult = EventTypeList;
export type ListEventTypesQuery = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only event types that are archived (`true`), or only those that are not (`false`).
     */
    archived?: boolean;
};
export type ListEventTypesResponseHeaders = {
    xRequestId?: string;
};
export type ListEventTypesVariables = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only event types that are archived (`true`), or only those that are not (`false`).
     */
    archived?: boolean;
};
export type CreateEventTypeResult = EventType;
export type CreateEventTypeBody = EventTypeInput;
export type CreateEventTypeResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type CreateEventTypeVariables = CreateEventTypeBody;
export type GetEventTypesDocumentResult = EventTypesDocument;
export type GetEventTypesDocumentResponseHeaders = {
    xRequestId?: string;
};
export type ImportEventTypesResult = EventTypeImport;
export type ImportEventTypesBody = EventTypesDocument;
export type ImportEventTypesResponseHeaders = {
    xRequestId?: string;
};
export type ImportEventTypesVariables = ImportEventTypesBody;
export type GetEventTypeResult = EventType;
export type GetEventTypePath = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type GetEventTypeResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type GetEventTypeVariables = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type PatchEventTypeResult = EventType;
export type PatchEventTypePath = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type PatchEventTypeBody = EventTypePatch;
export type PatchEventTypeHeaders = {
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
};
export type PatchEventTypeResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type PatchEventTypeVariables = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
} & PatchEventTypeBody;
export type ArchiveEventTypeResult = EventType;
export type ArchiveEventTypePath = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type ArchiveEventTypeResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type ArchiveEventTypeVariables = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type RestoreEventTypeResult = EventType;
export type RestoreEventTypePath = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type RestoreEventTypeResponseHeaders = {
    xRequestId?: string;
    etag?: string;
};
export type RestoreEventTypeVariables = {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
};
export type ListOperationsResult = OperationList;
export type ListOperationsQuery = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only operations of this kind.
     */
    kind?: OperationKind;
    /**
     * Only operations with this state.
     */
    state?: OperationState;
};
export type ListOperationsResponseHeaders = {
    xRequestId?: string;
};
export type ListOperationsVariables = {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only operations of this kind.
     */
    kind?: OperationKind;
    /**
     * Only operations with this state.
     */
    state?: OperationState;
};
export type GetOperationResult = Operation;
export type GetOperationPath = {
    /**
     * The id of an operation.
     * @format uuid
     */
    operation_id: string;
};
export type GetOperationResponseHeaders = {
    xRequestId?: string;
};
export type GetOperationVariables = {
    /**
     * The id of an operation.
     * @format uuid
     */
    operation_id: string;
};
export type CancelOperationResult = Operation;
export type CancelOperationPath = {
    /**
     * The id of an operation.
     * @format uuid
     */
    operation_id: string;
};
export type CancelOperationResponseHeaders = {
    xRequestId?: string;
};
export type CancelOperationVariables = {
    /**
     * The id of an operation.
     * @format uuid
     */
    operation_id: string;
};
export type GetStatsResult = Stats;
export type GetStatsQuery = {
    /**
     * The first step is that of this time.
     * @format date-time
     */
    from?: string;
    /**
     * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
     * @format date-time
     */
    to?: string;
    /**
     * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
     */
    step?: "minute" | "hour" | "day";
};
export type GetStatsResponseHeaders = {
    xRequestId?: string;
};
export type GetStatsVariables = {
    /**
     * The first step is that of this time.
     * @format date-time
     */
    from?: string;
    /**
     * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
     * @format date-time
     */
    to?: string;
    /**
     * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
     */
    step?: "minute" | "hour" | "day";
};
export type GetAttentionResult = Attention;
export type GetAttentionQuery = {
    /**
     * How many items the answer holds at most.
     * @minimum 1
     * @maximum 200
     * @format int32
     */
    limit?: number;
};
export type GetAttentionResponseHeaders = {
    xRequestId?: string;
};
export type GetAttentionVariables = {
    /**
     * How many items the answer holds at most.
     * @minimum 1
     * @maximum 200
     * @format int32
     */
    limit?: number;
};
export type LookUpResult = LookedUp;
export type LookUpPath = {
    /**
     * Any id.
     * @format uuid
     */
    id: string;
};
export type LookUpResponseHeaders = {
    xRequestId?: string;
};
export type LookUpVariables = {
    /**
     * Any id.
     * @format uuid
     */
    id: string;
};
export type CountRedeliveryResult = RedeliveryCount;
export type CountRedeliveryBody = RedeliveryInput;
export type CountRedeliveryResponseHeaders = {
    xRequestId?: string;
};
export type CountRedeliveryVariables = CountRedeliveryBody;
export type CountErasureResult = ErasureCount;
export type CountErasureBody = ErasureInput;
export type CountErasureResponseHeaders = {
    xRequestId?: string;
};
export type CountErasureVariables = CountErasureBody;
/**
 * Per-operation `args`/`result` shapes (plus `kind: 'sse'` for event streams) — the
 * type-level companion of `OPERATIONS` that gives `createClient<Ops>` its typed methods.
 */
export type Ops = {
    listWebhooks: {
        args: {
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
            /**
             * Only webhooks that are active (`true`), or only those that are not (`false`).
             */
            active?: boolean;
            /**
             * Only webhooks in this state: `inactive`, or active with this `state` in their `health`.
             */
            state?: "healthy" | "failing" | "recovering" | "paused" | "inactive";
            /**
             * Only webhooks whose name has this text in it, in capital or small letters.
             * @minLength 1
             * @maxLength 255
             * @format text
             */
            name?: string;
            /**
             * Only webhooks with a pattern in `event_types` that matches this type. Their `filter` is not asked.
             */
            event_type?: EventTypeName;
            /**
             * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
             * OpenAPI writes it. Of several pairs all must be there.
             */
            metadata?: Record<string, string>;
            /**
             * Only items created after this time.
             * @format date-time
             */
            "created_at.gt"?: string;
            /**
             * Only items created at this time or after it.
             * @format date-time
             */
            "created_at.gte"?: string;
            /**
             * Only items created before this time.
             * @format date-time
             */
            "created_at.lt"?: string;
            /**
             * Only items created at this time or before it.
             * @format date-time
             */
            "created_at.lte"?: string;
        };
        result: ListWebhooksResult;
        headers: {
            xRequestId?: string;
        };
        item: Webhook;
    };
    createWebhook: {
        args: CreateWebhookBody;
        result: CreateWebhookResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    getWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
        };
        result: GetWebhookResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    replaceWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
             * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
             * of a webhook (`health`) is not a change in this sense.
             */
            "If-Match"?: string;
        } & ReplaceWebhookBody;
        result: ReplaceWebhookResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    deleteWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
             * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
             * of a webhook (`health`) is not a change in this sense.
             */
            "If-Match"?: string;
        };
        result: DeleteWebhookResult;
        headers: {
            xRequestId?: string;
        };
    };
    patchWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
             * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
             * of a webhook (`health`) is not a change in this sense.
             */
            "If-Match"?: string;
        } & PatchWebhookBody;
        result: PatchWebhookResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    listOrderingKeys: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * Which keys to list. `blocked` are those that a failed delivery blocks.
             */
            state?: "blocked";
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
        };
        result: ListOrderingKeysResult;
        headers: {
            xRequestId?: string;
        };
        item: BlockedOrderingKey;
    };
    skipOrderingKey: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * An ordering key, URL-encoded, a slash in it too (`%2F`).
             * @minLength 1
             * @maxLength 255
             * @format text
             */
            ordering_key: string;
        };
        result: SkipOrderingKeyResult;
        headers: {
            xRequestId?: string;
        };
    };
    pauseWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            body?: PauseWebhookBody;
        };
        result: PauseWebhookResult;
        headers: {
            xRequestId?: string;
        };
    };
    resumeWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
        };
        result: ResumeWebhookResult;
        headers: {
            xRequestId?: string;
        };
    };
    listSecrets: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
        };
        result: ListSecretsResult;
        headers: {
            xRequestId?: string;
        };
    };
    rotateSecret: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            body?: RotateSecretBody;
        };
        result: RotateSecretResult;
        headers: {
            xRequestId?: string;
        };
    };
    endSecret: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * The id of a secret, from the list of secrets.
             * @format uuid
             */
            secret_id: string;
        };
        result: EndSecretResult;
        headers: {
            xRequestId?: string;
        };
    };
    getWebhookStats: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            /**
             * The first step is that of this time.
             * @format date-time
             */
            from?: string;
            /**
             * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
             * @format date-time
             */
            to?: string;
            /**
             * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
             */
            step?: "minute" | "hour" | "day";
        };
        result: GetWebhookStatsResult;
        headers: {
            xRequestId?: string;
        };
    };
    previewWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
        } & PreviewWebhookBody;
        result: PreviewWebhookResult;
        headers: {
            xRequestId?: string;
        };
    };
    testWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
            body?: TestWebhookBody;
        };
        result: TestWebhookResult;
        headers: {
            xRequestId?: string;
        };
    };
    listDeliveries: {
        args: {
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
            /**
             * Only items of the webhook with this id.
             * @format uuid
             */
            webhook_id?: string;
            /**
             * Only deliveries of the event with this id.
             * @format uuid
             */
            event_id?: string;
            /**
             * Only deliveries with this status.
             */
            status?: DeliveryStatus;
            /**
             * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
             * OpenAPI writes it. Of several pairs all must be there.
             */
            metadata?: Record<string, string>;
            /**
             * Only deliveries that failed for this reason.
             */
            failed_reason?: "attempts" | "expired" | "poison" | "erased";
            /**
             * Only deliveries that are held back for this reason.
             */
            held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
            /**
             * Only deliveries with exactly this ordering key, URL-encoded.
             * @minLength 1
             * @maxLength 255
             * @format text
             */
            ordering_key?: string;
            /**
             * Only items created after this time.
             * @format date-time
             */
            "created_at.gt"?: string;
            /**
             * Only items created at this time or after it.
             * @format date-time
             */
            "created_at.gte"?: string;
            /**
             * Only items created before this time.
             * @format date-time
             */
            "created_at.lt"?: string;
            /**
             * Only items created at this time or before it.
             * @format date-time
             */
            "created_at.lte"?: string;
        };
        result: ListDeliveriesResult;
        headers: {
            xRequestId?: string;
        };
        item: Delivery;
    };
    createDelivery: {
        args: {
            /**
             * Names this request, so that it is done once however often it is sent
             * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
             * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
             * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
             *
             * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
             * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
             * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
             * keys. A request that was refused leaves its key free.
             */
            "Idempotency-Key"?: string;
        } & CreateDeliveryBody;
        result: CreateDeliveryResult;
        headers: {
            idempotencyReplayed?: string;
            xRequestId?: string;
        };
    };
    createDeliveries: {
        args: {
            /**
             * Names this request, so that it is done once however often it is sent
             * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
             * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
             * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
             *
             * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
             * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
             * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
             * keys. A request that was refused leaves its key free.
             */
            "Idempotency-Key"?: string;
        } & CreateDeliveriesBody;
        result: CreateDeliveriesResult;
        headers: {
            idempotencyReplayed?: string;
            xRequestId?: string;
        };
    };
    countDeliveries: {
        args: {
            /**
             * Only items of the webhook with this id.
             * @format uuid
             */
            webhook_id?: string;
            /**
             * Only deliveries of the event with this id.
             * @format uuid
             */
            event_id?: string;
            /**
             * Only deliveries with this status.
             */
            status?: DeliveryStatus;
            /**
             * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
             * OpenAPI writes it. Of several pairs all must be there.
             */
            metadata?: Record<string, string>;
            /**
             * Only deliveries that failed for this reason.
             */
            failed_reason?: "attempts" | "expired" | "poison" | "erased";
            /**
             * Only deliveries that are held back for this reason.
             */
            held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
            /**
             * Only deliveries with exactly this ordering key, URL-encoded.
             * @minLength 1
             * @maxLength 255
             * @format text
             */
            ordering_key?: string;
            /**
             * Only items created after this time.
             * @format date-time
             */
            "created_at.gt"?: string;
            /**
             * Only items created at this time or after it.
             * @format date-time
             */
            "created_at.gte"?: string;
            /**
             * Only items created before this time.
             * @format date-time
             */
            "created_at.lt"?: string;
            /**
             * Only items created at this time or before it.
             * @format date-time
             */
            "created_at.lte"?: string;
        };
        result: CountDeliveriesResult;
        headers: {
            xRequestId?: string;
        };
    };
    getDelivery: {
        args: {
            /**
             * The id of a delivery.
             * @format uuid
             */
            delivery_id: string;
        };
        result: GetDeliveryResult;
        headers: {
            xRequestId?: string;
        };
    };
    deleteDelivery: {
        args: {
            /**
             * The id of a delivery.
             * @format uuid
             */
            delivery_id: string;
        };
        result: DeleteDeliveryResult;
        headers: {
            xRequestId?: string;
        };
    };
    redeliverDelivery: {
        args: {
            /**
             * The id of a delivery.
             * @format uuid
             */
            delivery_id: string;
        };
        result: RedeliverDeliveryResult;
        headers: {
            xRequestId?: string;
        };
    };
    listEvents: {
        args: {
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
            /**
             * Only events of exactly this type.
             * @maxLength 128
             * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
             */
            type?: string;
            /**
             * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
             * OpenAPI writes it. Of several pairs all must be there.
             */
            metadata?: Record<string, string>;
            /**
             * Only items created after this time.
             * @format date-time
             */
            "created_at.gt"?: string;
            /**
             * Only items created at this time or after it.
             * @format date-time
             */
            "created_at.gte"?: string;
            /**
             * Only items created before this time.
             * @format date-time
             */
            "created_at.lt"?: string;
            /**
             * Only items created at this time or before it.
             * @format date-time
             */
            "created_at.lte"?: string;
        };
        result: ListEventsResult;
        headers: {
            xRequestId?: string;
        };
        item: Event;
    };
    createEvent: {
        args: {
            /**
             * Names this request, so that it is done once however often it is sent
             * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
             * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
             * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
             *
             * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
             * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
             * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
             * keys. A request that was refused leaves its key free.
             */
            "Idempotency-Key"?: string;
        } & CreateEventBody;
        result: CreateEventResult;
        headers: {
            idempotencyReplayed?: string;
            xRequestId?: string;
        };
    };
    createEvents: {
        args: {
            /**
             * Names this request, so that it is done once however often it is sent
             * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
             * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
             * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
             *
             * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
             * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
             * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
             * keys. A request that was refused leaves its key free.
             */
            "Idempotency-Key"?: string;
        } & CreateEventsBody;
        result: CreateEventsResult;
        headers: {
            idempotencyReplayed?: string;
            xRequestId?: string;
        };
    };
    getEvent: {
        args: {
            /**
             * The id of an event.
             * @format uuid
             */
            event_id: string;
        };
        result: GetEventResult;
        headers: {
            xRequestId?: string;
        };
    };
    listDeliveryAttempts: {
        args: {
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
            /**
             * Only items of the webhook with this id.
             * @format uuid
             */
            webhook_id?: string;
            /**
             * Only attempts of the delivery with this id.
             * @format uuid
             */
            delivery_id?: string;
            /**
             * Only attempts that succeeded (`true`), or only those that failed (`false`).
             */
            success?: boolean;
            /**
             * Only items created after this time.
             * @format date-time
             */
            "created_at.gt"?: string;
            /**
             * Only items created at this time or after it.
             * @format date-time
             */
            "created_at.gte"?: string;
            /**
             * Only items created before this time.
             * @format date-time
             */
            "created_at.lt"?: string;
            /**
             * Only items created at this time or before it.
             * @format date-time
             */
            "created_at.lte"?: string;
        };
        result: ListDeliveryAttemptsResult;
        headers: {
            xRequestId?: string;
        };
        item: DeliveryAttempt;
    };
    getDeliveryAttempt: {
        args: {
            /**
             * The id of a delivery attempt.
             * @format uuid
             */
            delivery_attempt_id: string;
        };
        result: GetDeliveryAttemptResult;
        headers: {
            xRequestId?: string;
        };
    };
    redeliverDeliveries: {
        args: RedeliverDeliveriesBody;
        result: RedeliverDeliveriesResult;
        headers: {
            location?: string;
            xRequestId?: string;
        };
    };
    eraseDeliveries: {
        args: EraseDeliveriesBody;
        result: EraseDeliveriesResult;
        headers: {
            location?: string;
            xRequestId?: string;
        };
    };
    listEventTypes: {
        args: {
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
            /**
             * Only event types that are archived (`true`), or only those that are not (`false`).
             */
            archived?: boolean;
        };
        result: ListEventTypesResult;
        headers: {
            xRequestId?: string;
        };
        item: EventType;
    };
    createEventType: {
        args: CreateEventTypeBody;
        result: CreateEventTypeResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    getEventTypesDocument: {
        args: {};
        result: GetEventTypesDocumentResult;
        headers: {
            xRequestId?: string;
        };
    };
    importEventTypes: {
        args: ImportEventTypesBody;
        result: ImportEventTypesResult;
        headers: {
            xRequestId?: string;
        };
    };
    getEventType: {
        args: {
            /**
             * The name of an event type.
             */
            event_type: EventTypeName;
        };
        result: GetEventTypeResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    patchEventType: {
        args: {
            /**
             * The name of an event type.
             */
            event_type: EventTypeName;
            /**
             * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
             * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
             * of a webhook (`health`) is not a change in this sense.
             */
            "If-Match"?: string;
        } & PatchEventTypeBody;
        result: PatchEventTypeResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    archiveEventType: {
        args: {
            /**
             * The name of an event type.
             */
            event_type: EventTypeName;
        };
        result: ArchiveEventTypeResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    restoreEventType: {
        args: {
            /**
             * The name of an event type.
             */
            event_type: EventTypeName;
        };
        result: RestoreEventTypeResult;
        headers: {
            xRequestId?: string;
            etag?: string;
        };
    };
    listOperations: {
        args: {
            /**
             * How many items a page holds at most.
             * @minimum 1
             * @maximum 1000
             * @format int32
             */
            limit?: number;
            /**
             * How many items to skip before the page starts.
             * @minimum 0
             * @maximum 2147483647
             * @format int32
             */
            offset?: number;
            /**
             * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
             * filters of that answer; `limit` may differ, and there is no `offset` beside it.
             * @minLength 1
             * @maxLength 2048
             */
            cursor?: string;
            /**
             * Only operations of this kind.
             */
            kind?: OperationKind;
            /**
             * Only operations with this state.
             */
            state?: OperationState;
        };
        result: ListOperationsResult;
        headers: {
            xRequestId?: string;
        };
        item: Operation;
    };
    getOperation: {
        args: {
            /**
             * The id of an operation.
             * @format uuid
             */
            operation_id: string;
        };
        result: GetOperationResult;
        headers: {
            xRequestId?: string;
        };
    };
    cancelOperation: {
        args: {
            /**
             * The id of an operation.
             * @format uuid
             */
            operation_id: string;
        };
        result: CancelOperationResult;
        headers: {
            xRequestId?: string;
        };
    };
    getStats: {
        args: {
            /**
             * The first step is that of this time.
             * @format date-time
             */
            from?: string;
            /**
             * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
             * @format date-time
             */
            to?: string;
            /**
             * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
             */
            step?: "minute" | "hour" | "day";
        };
        result: GetStatsResult;
        headers: {
            xRequestId?: string;
        };
    };
    getAttention: {
        args: {
            /**
             * How many items the answer holds at most.
             * @minimum 1
             * @maximum 200
             * @format int32
             */
            limit?: number;
        };
        result: GetAttentionResult;
        headers: {
            xRequestId?: string;
        };
    };
    lookUp: {
        args: {
            /**
             * Any id.
             * @format uuid
             */
            id: string;
        };
        result: LookUpResult;
        headers: {
            xRequestId?: string;
        };
    };
    countRedelivery: {
        args: CountRedeliveryBody;
        result: CountRedeliveryResult;
        headers: {
            xRequestId?: string;
        };
    };
    countErasure: {
        args: CountErasureBody;
        result: CountErasureResult;
        headers: {
            xRequestId?: string;
        };
    };
};
/**
 * The wire-shape descriptor for every operation, keyed by operationId — the data the
 * runtime routes requests by. Also minification-safe static metadata (method, path,
 * tags) for cache keys, tracing span names, and request logging.
 */
export declare const OPERATIONS: {
    readonly listWebhooks: {
        readonly id: "listWebhooks";
        readonly method: "GET";
        readonly path: "/webhooks";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }, {
            readonly name: "active";
            readonly in: "query";
        }, {
            readonly name: "state";
            readonly in: "query";
        }, {
            readonly name: "name";
            readonly in: "query";
        }, {
            readonly name: "event_type";
            readonly in: "query";
        }, {
            readonly name: "metadata";
            readonly in: "query";
            readonly style: "deepObject";
            readonly explode: true;
        }, {
            readonly name: "created_at.gt";
            readonly in: "query";
        }, {
            readonly name: "created_at.gte";
            readonly in: "query";
        }, {
            readonly name: "created_at.lt";
            readonly in: "query";
        }, {
            readonly name: "created_at.lte";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/webhooks";
        };
    };
    readonly createWebhook: {
        readonly id: "createWebhook";
        readonly method: "POST";
        readonly path: "/webhooks";
        readonly tags: readonly ["Webhooks"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly getWebhook: {
        readonly id: "getWebhook";
        readonly method: "GET";
        readonly path: "/webhooks/{webhook_id}";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly replaceWebhook: {
        readonly id: "replaceWebhook";
        readonly method: "PUT";
        readonly path: "/webhooks/{webhook_id}";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "If-Match";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly deleteWebhook: {
        readonly id: "deleteWebhook";
        readonly method: "DELETE";
        readonly path: "/webhooks/{webhook_id}";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "If-Match";
            readonly in: "header";
        }];
        readonly responseKind: "void";
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly patchWebhook: {
        readonly id: "patchWebhook";
        readonly method: "PATCH";
        readonly path: "/webhooks/{webhook_id}";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "If-Match";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly listOrderingKeys: {
        readonly id: "listOrderingKeys";
        readonly method: "GET";
        readonly path: "/webhooks/{webhook_id}/ordering-keys";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "state";
            readonly in: "query";
        }, {
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/ordering_keys";
        };
    };
    readonly skipOrderingKey: {
        readonly id: "skipOrderingKey";
        readonly method: "POST";
        readonly path: "/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "ordering_key";
            readonly in: "path";
        }];
        readonly responseKind: "void";
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly pauseWebhook: {
        readonly id: "pauseWebhook";
        readonly method: "POST";
        readonly path: "/webhooks/{webhook_id}/pause";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly resumeWebhook: {
        readonly id: "resumeWebhook";
        readonly method: "POST";
        readonly path: "/webhooks/{webhook_id}/resume";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly listSecrets: {
        readonly id: "listSecrets";
        readonly method: "GET";
        readonly path: "/webhooks/{webhook_id}/secrets";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly rotateSecret: {
        readonly id: "rotateSecret";
        readonly method: "POST";
        readonly path: "/webhooks/{webhook_id}/secrets";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly endSecret: {
        readonly id: "endSecret";
        readonly method: "DELETE";
        readonly path: "/webhooks/{webhook_id}/secrets/{secret_id}";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "secret_id";
            readonly in: "path";
        }];
        readonly responseKind: "void";
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly getWebhookStats: {
        readonly id: "getWebhookStats";
        readonly method: "GET";
        readonly path: "/webhooks/{webhook_id}/stats";
        readonly tags: readonly ["Statistics"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }, {
            readonly name: "from";
            readonly in: "query";
        }, {
            readonly name: "to";
            readonly in: "query";
        }, {
            readonly name: "step";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly previewWebhook: {
        readonly id: "previewWebhook";
        readonly method: "POST";
        readonly path: "/webhooks/{webhook_id}/preview";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly testWebhook: {
        readonly id: "testWebhook";
        readonly method: "POST";
        readonly path: "/webhooks/{webhook_id}/test";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "path";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly listDeliveries: {
        readonly id: "listDeliveries";
        readonly method: "GET";
        readonly path: "/deliveries";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }, {
            readonly name: "webhook_id";
            readonly in: "query";
        }, {
            readonly name: "event_id";
            readonly in: "query";
        }, {
            readonly name: "status";
            readonly in: "query";
        }, {
            readonly name: "metadata";
            readonly in: "query";
            readonly style: "deepObject";
            readonly explode: true;
        }, {
            readonly name: "failed_reason";
            readonly in: "query";
        }, {
            readonly name: "held_reason";
            readonly in: "query";
        }, {
            readonly name: "ordering_key";
            readonly in: "query";
        }, {
            readonly name: "created_at.gt";
            readonly in: "query";
        }, {
            readonly name: "created_at.gte";
            readonly in: "query";
        }, {
            readonly name: "created_at.lt";
            readonly in: "query";
        }, {
            readonly name: "created_at.lte";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/deliveries";
        };
    };
    readonly createDelivery: {
        readonly id: "createDelivery";
        readonly method: "POST";
        readonly path: "/deliveries";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "Idempotency-Key";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "idempotency-replayed";
            readonly key: "idempotencyReplayed";
            readonly type: "string";
        }, {
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly createDeliveries: {
        readonly id: "createDeliveries";
        readonly method: "POST";
        readonly path: "/deliveries/batch";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "Idempotency-Key";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "idempotency-replayed";
            readonly key: "idempotencyReplayed";
            readonly type: "string";
        }, {
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly countDeliveries: {
        readonly id: "countDeliveries";
        readonly method: "GET";
        readonly path: "/deliveries/count";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "webhook_id";
            readonly in: "query";
        }, {
            readonly name: "event_id";
            readonly in: "query";
        }, {
            readonly name: "status";
            readonly in: "query";
        }, {
            readonly name: "metadata";
            readonly in: "query";
            readonly style: "deepObject";
            readonly explode: true;
        }, {
            readonly name: "failed_reason";
            readonly in: "query";
        }, {
            readonly name: "held_reason";
            readonly in: "query";
        }, {
            readonly name: "ordering_key";
            readonly in: "query";
        }, {
            readonly name: "created_at.gt";
            readonly in: "query";
        }, {
            readonly name: "created_at.gte";
            readonly in: "query";
        }, {
            readonly name: "created_at.lt";
            readonly in: "query";
        }, {
            readonly name: "created_at.lte";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly getDelivery: {
        readonly id: "getDelivery";
        readonly method: "GET";
        readonly path: "/deliveries/{delivery_id}";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "delivery_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly deleteDelivery: {
        readonly id: "deleteDelivery";
        readonly method: "DELETE";
        readonly path: "/deliveries/{delivery_id}";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "delivery_id";
            readonly in: "path";
        }];
        readonly responseKind: "void";
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly redeliverDelivery: {
        readonly id: "redeliverDelivery";
        readonly method: "POST";
        readonly path: "/deliveries/{delivery_id}/redeliver";
        readonly tags: readonly ["Deliveries"];
        readonly params: readonly [{
            readonly name: "delivery_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly listEvents: {
        readonly id: "listEvents";
        readonly method: "GET";
        readonly path: "/events";
        readonly tags: readonly ["Events"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }, {
            readonly name: "type";
            readonly in: "query";
        }, {
            readonly name: "metadata";
            readonly in: "query";
            readonly style: "deepObject";
            readonly explode: true;
        }, {
            readonly name: "created_at.gt";
            readonly in: "query";
        }, {
            readonly name: "created_at.gte";
            readonly in: "query";
        }, {
            readonly name: "created_at.lt";
            readonly in: "query";
        }, {
            readonly name: "created_at.lte";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/events";
        };
    };
    readonly createEvent: {
        readonly id: "createEvent";
        readonly method: "POST";
        readonly path: "/events";
        readonly tags: readonly ["Events"];
        readonly params: readonly [{
            readonly name: "Idempotency-Key";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "idempotency-replayed";
            readonly key: "idempotencyReplayed";
            readonly type: "string";
        }, {
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly createEvents: {
        readonly id: "createEvents";
        readonly method: "POST";
        readonly path: "/events/batch";
        readonly tags: readonly ["Events"];
        readonly params: readonly [{
            readonly name: "Idempotency-Key";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "idempotency-replayed";
            readonly key: "idempotencyReplayed";
            readonly type: "string";
        }, {
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly getEvent: {
        readonly id: "getEvent";
        readonly method: "GET";
        readonly path: "/events/{event_id}";
        readonly tags: readonly ["Events"];
        readonly params: readonly [{
            readonly name: "event_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly listDeliveryAttempts: {
        readonly id: "listDeliveryAttempts";
        readonly method: "GET";
        readonly path: "/delivery-attempts";
        readonly tags: readonly ["Delivery attempts"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }, {
            readonly name: "webhook_id";
            readonly in: "query";
        }, {
            readonly name: "delivery_id";
            readonly in: "query";
        }, {
            readonly name: "success";
            readonly in: "query";
        }, {
            readonly name: "created_at.gt";
            readonly in: "query";
        }, {
            readonly name: "created_at.gte";
            readonly in: "query";
        }, {
            readonly name: "created_at.lt";
            readonly in: "query";
        }, {
            readonly name: "created_at.lte";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/delivery_attempts";
        };
    };
    readonly getDeliveryAttempt: {
        readonly id: "getDeliveryAttempt";
        readonly method: "GET";
        readonly path: "/delivery-attempts/{delivery_attempt_id}";
        readonly tags: readonly ["Delivery attempts"];
        readonly params: readonly [{
            readonly name: "delivery_attempt_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly redeliverDeliveries: {
        readonly id: "redeliverDeliveries";
        readonly method: "POST";
        readonly path: "/redeliveries";
        readonly tags: readonly ["Operations"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "location";
            readonly key: "location";
            readonly type: "string";
        }, {
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly eraseDeliveries: {
        readonly id: "eraseDeliveries";
        readonly method: "POST";
        readonly path: "/erasures";
        readonly tags: readonly ["Operations"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "location";
            readonly key: "location";
            readonly type: "string";
        }, {
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly listEventTypes: {
        readonly id: "listEventTypes";
        readonly method: "GET";
        readonly path: "/event-types";
        readonly tags: readonly ["Event types"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }, {
            readonly name: "archived";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/event_types";
        };
    };
    readonly createEventType: {
        readonly id: "createEventType";
        readonly method: "POST";
        readonly path: "/event-types";
        readonly tags: readonly ["Event types"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly getEventTypesDocument: {
        readonly id: "getEventTypesDocument";
        readonly method: "GET";
        readonly path: "/event-types/openapi.json";
        readonly tags: readonly ["Event types"];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly importEventTypes: {
        readonly id: "importEventTypes";
        readonly method: "POST";
        readonly path: "/event-types/openapi.json";
        readonly tags: readonly ["Event types"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly getEventType: {
        readonly id: "getEventType";
        readonly method: "GET";
        readonly path: "/event-types/{event_type}";
        readonly tags: readonly ["Event types"];
        readonly params: readonly [{
            readonly name: "event_type";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly patchEventType: {
        readonly id: "patchEventType";
        readonly method: "PATCH";
        readonly path: "/event-types/{event_type}";
        readonly tags: readonly ["Event types"];
        readonly params: readonly [{
            readonly name: "event_type";
            readonly in: "path";
        }, {
            readonly name: "If-Match";
            readonly in: "header";
        }];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly archiveEventType: {
        readonly id: "archiveEventType";
        readonly method: "POST";
        readonly path: "/event-types/{event_type}/archive";
        readonly tags: readonly ["Event types"];
        readonly params: readonly [{
            readonly name: "event_type";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly restoreEventType: {
        readonly id: "restoreEventType";
        readonly method: "POST";
        readonly path: "/event-types/{event_type}/restore";
        readonly tags: readonly ["Event types"];
        readonly params: readonly [{
            readonly name: "event_type";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }, {
            readonly name: "etag";
            readonly key: "etag";
            readonly type: "string";
        }];
    };
    readonly listOperations: {
        readonly id: "listOperations";
        readonly method: "GET";
        readonly path: "/operations";
        readonly tags: readonly ["Operations"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }, {
            readonly name: "offset";
            readonly in: "query";
        }, {
            readonly name: "cursor";
            readonly in: "query";
        }, {
            readonly name: "kind";
            readonly in: "query";
        }, {
            readonly name: "state";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
        readonly pagination: {
            readonly style: "cursor";
            readonly param: "cursor";
            readonly limitParam: "limit";
            readonly nextCursor: "/next_cursor";
            readonly items: "/operations";
        };
    };
    readonly getOperation: {
        readonly id: "getOperation";
        readonly method: "GET";
        readonly path: "/operations/{operation_id}";
        readonly tags: readonly ["Operations"];
        readonly params: readonly [{
            readonly name: "operation_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly cancelOperation: {
        readonly id: "cancelOperation";
        readonly method: "POST";
        readonly path: "/operations/{operation_id}/cancel";
        readonly tags: readonly ["Operations"];
        readonly params: readonly [{
            readonly name: "operation_id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly getStats: {
        readonly id: "getStats";
        readonly method: "GET";
        readonly path: "/stats";
        readonly tags: readonly ["Statistics"];
        readonly params: readonly [{
            readonly name: "from";
            readonly in: "query";
        }, {
            readonly name: "to";
            readonly in: "query";
        }, {
            readonly name: "step";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly getAttention: {
        readonly id: "getAttention";
        readonly method: "GET";
        readonly path: "/attention";
        readonly tags: readonly ["Attention"];
        readonly params: readonly [{
            readonly name: "limit";
            readonly in: "query";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly lookUp: {
        readonly id: "lookUp";
        readonly method: "GET";
        readonly path: "/lookup/{id}";
        readonly tags: readonly ["Attention"];
        readonly params: readonly [{
            readonly name: "id";
            readonly in: "path";
        }];
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly countRedelivery: {
        readonly id: "countRedelivery";
        readonly method: "POST";
        readonly path: "/redeliveries/dry-run";
        readonly tags: readonly ["Operations"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
    readonly countErasure: {
        readonly id: "countErasure";
        readonly method: "POST";
        readonly path: "/erasures/dry-run";
        readonly tags: readonly ["Operations"];
        readonly body: {
            readonly contentType: "application/json";
        };
        readonly security: readonly [readonly [{
            readonly scheme: "bearerAuth";
            readonly kind: "bearer";
        }]];
        readonly responseHeaders: readonly [{
            readonly name: "x-request-id";
            readonly key: "xRequestId";
            readonly type: "string";
        }];
    };
};
export type OperationId = (typeof OPERATIONS)[keyof typeof OPERATIONS]["id"];
export type OperationPath = (typeof OPERATIONS)[keyof typeof OPERATIONS]["path"];
export type OperationTag = Extract<(typeof OPERATIONS)[keyof typeof OPERATIONS], {
    tags: readonly string[];
}>["tags"][number];
/**
 * The public type surface of the client runtime — `@redocly/client-generator`'s
 * app-facing runtime module. Pure types, no runtime code (excluded from coverage).
 * The generator emits `OPERATIONS` literals typed
 * `satisfies Record<string, OperationDescriptor>` against this module, so an
 * incompatible runtime/generated pair fails the consumer's build (the semver skew guard).
 */
/** How one operation parameter is sent: its location plus OpenAPI query-serialization hints. */
export type ParamSpec = {
    name: string;
    in: 'path' | 'query' | 'header' | 'cookie';
    style?: 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject';
    explode?: boolean;
    allowReserved?: boolean;
};
/** One security scheme, denormalized onto the operation (`scheme` names the spec's scheme). */
export type SecuritySpec = {
    scheme: string;
    kind: 'bearer' | 'basic';
} | {
    scheme: string;
    kind: 'apiKey';
    name: string;
    in: 'header' | 'query' | 'cookie';
};
/**
 * How to auto-iterate a paginated operation (drives its `.pages()`/`.items()` members).
 * `nextCursor`, `nextLink`, and `items` are RFC 6901 JSON pointers into the page (response) value.
 */
export type PaginationSpec = {
    style: 'cursor';
    /** The query param the iterator advances with the response's cursor. */
    param: string;
    /** Optional page-size query param (recorded for tooling; never set by the runtime). */
    limitParam?: string;
    /** Pointer to the next cursor in the page. */
    nextCursor: string;
    /** Optional pointer to a boolean "more pages" flag — `false` stops iteration. */
    hasMore?: string;
    /** Pointer to the page's item array. */
    items: string;
} | {
    style: 'offset' | 'page';
    /** The numeric query param the iterator advances. */
    param: string;
    /** Optional page-size query param (recorded for tooling; never set by the runtime). */
    limitParam?: string;
    /** Pointer to the page's item array. */
    items: string;
} | {
    /** RFC 8288: follow the response's `Link` header `rel="next"`; stop when absent. */
    style: 'link';
    /** Optional page-size query param (recorded for tooling; never set by the runtime). */
    limitParam?: string;
    /** Pointer to the page's item array. */
    items: string;
} | {
    /** Follow the next page's URL at `nextLink` in the page; stop when it is absent. */
    style: 'body-link';
    /** Optional page-size query param (recorded for tooling; never set by the runtime). */
    limitParam?: string;
    /** Pointer to the next page's URL in the page. */
    nextLink: string;
    /** Pointer to the page's item array. */
    items: string;
};
/** The frozen data contract between generated code and the runtime: one operation's wire shape. */
export type OperationDescriptor = {
    id: string;
    method: string;
    path: string;
    tags?: readonly string[];
    params?: readonly ParamSpec[];
    /** `multipart: true` marks a typed object body serialized to FormData by the runtime. */
    body?: {
        contentType: string;
        multipart?: boolean;
    };
    /** Defaults to `'json'` (content-type negotiation on parse). */
    responseKind?: 'json' | 'text' | 'blob' | 'void' | 'sse';
    sseDataKind?: 'json' | 'text';
    /** OR-alternatives, each an AND-set: the runtime applies the first fully-configured one. */
    security?: readonly (readonly SecuritySpec[])[];
    pagination?: PaginationSpec;
    /**
     * `'grouped'` marks an operation that takes its inputs namespaced by layer even on a
     * `argsStyle: 'flat'` client — the generator sets it where a merged call could not carry
     * one name for two layers, and the operation's own input type says the same.
     */
    argsStyle?: 'grouped';
    /**
     * Declared success-response headers for throw-mode `{ envelope: true }`.
     * `name` is the lowercased wire name; `key` is the camelCase envelope property.
     */
    responseHeaders?: readonly ResponseHeaderSpec[];
};
/** One declared response header the runtime coerces into the envelope `headers` object. */
export type ResponseHeaderSpec = {
    name: string;
    key: string;
    type: 'string' | 'number' | 'boolean';
};
/** A query value: scalars, arrays of scalars, or objects (serialized as deepObject brackets). */
export type QueryValue = string | number | boolean | null | undefined | Array<string | number | boolean | null | undefined> | Record<string, unknown>;
/** A credential: a literal, or a (possibly async) function resolved per request (refresh flows). */
export type TokenProvider = string | (() => string | Promise<string>);
/** Per-instance credentials, keyed by the scheme kinds the runtime can inject. */
export type AuthCredentials = {
    bearer?: TokenProvider;
    basic?: {
        username: string;
        password: string;
    };
    apiKey?: Record<string, TokenProvider>;
};
/** Backoff shape: 'fixed' = constant delay; 'exponential' = doubling per attempt. */
export type RetryStrategy = 'fixed' | 'exponential';
/**
 * The operation's identity, exposed to middleware for targeting (`ctx.operation`).
 * Generated clients instantiate the type parameters with the spec's literal unions
 * (`OperationId`/`OperationPath`/`OperationTag`) so a misspelled operation id in a
 * middleware comparison fails to compile; the string defaults keep every
 * spec-independent consumer (`runtime-contract.ts`, the runtime internals) working
 * with the base shape. `tags` stays mutable (`Tag[]`) so setup-contract types
 * (byte-locked to generated output) remain assignable through middleware callbacks.
 */
export type OperationContext<Id extends string = string, Path extends string = string, Tag extends string = string> = {
    id: Id;
    path: Path;
    tags: Tag[];
};
/** The mutable request context threaded through the middleware chain. */
export type RequestContext<Op extends OperationContext = OperationContext> = {
    url: string;
    method: string;
    headers: Record<string, string>;
    body?: unknown;
    operation: Op;
};
/** The failed attempt handed to a custom `retryOn`: exactly one of `response`/`error` is set. */
export type RetryContext<Op extends OperationContext = OperationContext> = {
    attempt: number;
    request: RequestContext<Op>;
    response?: Response;
    error?: unknown;
};
/** Opt-in retry policy; a per-call override merges field-by-field over the config policy. */
export type RetryConfig<Op extends OperationContext = OperationContext> = {
    retries?: number;
    retryDelay?: number;
    retryStrategy?: RetryStrategy;
    jitter?: boolean;
    retryOn?: (ctx: RetryContext<Op>) => boolean | Promise<boolean>;
};
/**
 * Structural stand-in for the runtime's ApiError so this module stays import-free
 * (pure types); the real `ApiError` class is assignable to it.
 */
export type ApiErrorLike = globalThis.Error & {
    url: string;
    status: number;
    statusText: string;
    body: unknown;
};
export type SettledCall = {
    response?: Response | undefined;
    error?: unknown;
    attempts: number;
    durationMs: number;
};
/** One interceptor: any subset of the four hooks. */
export type Middleware<Op extends OperationContext = OperationContext> = {
    onRequest?: (ctx: RequestContext<Op>) => void | Promise<void>;
    onResponse?: (response: Response, ctx: RequestContext<Op>) => Response | void | Promise<Response | void>;
    /** Throw mode only: may map/replace the error. */
    onError?: (error: ApiErrorLike, ctx: RequestContext<Op>) => globalThis.Error | Promise<globalThis.Error>;
    onSettled?: (ctx: RequestContext<Op>, call: SettledCall) => void | Promise<void>;
};
/** Client configuration: transport, defaults, retry policy, middleware, and credentials. */
export type ClientConfig<Op extends OperationContext = OperationContext> = {
    serverUrl?: string;
    fetch?: typeof fetch;
    headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
    retry?: RetryConfig<Op>;
    /** Milliseconds before a request attempt aborts (covers the body read too; each retry
     * attempt gets a fresh budget). Per-call `timeout` overrides it, `0` disables it.
     * SSE streams are long-lived by design and never inherit this value. */
    timeout?: number;
    /** Send an `Idempotency-Key` header on POST/PATCH (one stable key per logical call,
     * reused across retry attempts) — which also makes those retries safe under the
     * default retry policy. `true` generates a UUID per call; a function supplies the key. */
    idempotencyKey?: boolean | (() => string);
    /** Identifies this client to the API via an `X-Redocly-Client` header (the generator
     * bakes a default). Sent only OUTSIDE browsers — a custom header would force a CORS
     * preflight. Override with your own value, or `false` to disable. */
    clientHeader?: string | false;
    middleware?: Middleware<Op>[];
    auth?: AuthCredentials;
    /** Fixed at generate time by the generator (`'throw'` when omitted); `configure()` ignores it. */
    errorMode?: 'throw' | 'result';
    /**
     * How each call spells its inputs: `'grouped'` (the default) namespaces them by layer —
     * `{ path, query, headers, cookies, body }` — and `'flat'` takes one merged object.
     * Fixed at generate time, like `errorMode`, because it shapes the static types.
     */
    argsStyle?: 'grouped' | 'flat';
    onRequest?: Middleware<Op>['onRequest'];
    onResponse?: Middleware<Op>['onResponse'];
    onError?: Middleware<Op>['onError'];
};
/** Response readers for the per-call `parseAs` override. */
export type ParseAs = 'auto' | 'json' | 'text' | 'blob' | 'arrayBuffer' | 'formData' | 'stream';
/** Per-call options: standard `RequestInit` plus a retry override, a timeout override
 * (`0` disables the config default), and a forced reader. */
export type RequestOptions = RequestInit & {
    retry?: RetryConfig;
    timeout?: number;
    /** Per-call idempotency key: a literal key, `true` to generate one, `false` to skip. */
    idempotencyKey?: string | boolean | (() => string);
    parseAs?: ParseAs;
    /**
     * Throw mode only: return `{ data, headers, response }` instead of the parsed body;
     * ignored in result mode. The explicit `| undefined` keeps the wrappers' emitted
     * `envelope: undefined` strip legal under `exactOptionalPropertyTypes`.
     */
    envelope?: boolean | undefined;
};
/** Throw-mode success envelope when `RequestOptions.envelope` is `true`. */
export type Envelope<TData, THeaders = Record<string, never>> = {
    data: TData;
    headers: THeaders;
    response: Response;
};
/** Per-call options for an SSE stream; reconnect defaults to true. */
export type SseOptions = RequestInit & {
    reconnect?: boolean;
    reconnectDelay?: number;
};
/** A single decoded Server-Sent Event with its payload typed from the spec. */
export type ServerSentEvent<T> = {
    event?: string;
    data: T;
    id?: string;
    retry?: number;
};
/** Result-mode return shape: exactly one of `data`/`error` is set. */
export type Result<TData, TError> = {
    data: TData;
    error: undefined;
    response: Response;
} | {
    data: undefined;
    error: TError;
    response: Response;
};
/**
 * The generated `Ops` type's shape: per-operation args/result, plus `kind: 'sse'` for
 * streams and, for paginated operations, `item` (the page's element type) and — on
 * result-mode clients only — `page` (the RAW page type `.pages()` yields, since
 * iteration unwraps the `Result` envelope the one-shot `result` carries).
 */
export type OpsShape = Record<string, {
    args: object;
    result: unknown;
    kind?: 'sse';
    item?: unknown;
    page?: unknown;
    /** Declared success-response headers for `{ envelope: true }` (camelCase keys). */
    headers?: object;
    /** Result-mode entries ignore the throw-only `envelope` option. */
    mode?: 'result';
}>;
/** The always-present client members (assigned after the operation loop — they win collisions). */
export type ClientCore<Op extends OperationContext = OperationContext> = {
    /** Merge into the config; note `middleware` REPLACES the chain (use `use()` to compose). */
    configure(config: ClientConfig<Op>): void;
    /** Append interceptors (composes with baked/publisher middleware). */
    use(...middleware: Middleware<Op>[]): void;
    auth: {
        bearer(token: TokenProvider): void;
        basic(username: string, password: string): void;
        apiKey(scheme: string, value: TokenProvider): void;
    };
};
/**
 * The standard TypeScript optionality probe: `{}` has no required members, so
 * `{} extends A` is true exactly when every member of `A` is optional.
 */
type NoRequiredKeys<A> = {} extends A ? true : false;
/**
 * The page type `.pages()` yields: the RAW page declared by `page` (the generator
 * writes it only on result-mode paginated entries, whose `result` is the envelope),
 * or the method's own `result` (throw mode — already the raw page).
 */
type PageOf<Entry extends OpsShape[string]> = Entry extends {
    page: unknown;
} ? Entry['page'] : Entry['result'];
/**
 * The auto-pagination members intersected onto a paginated method — present exactly when
 * the Ops entry declares `item` (the generator writes it only for paginated operations).
 * Args optionality mirrors the method's own; `unknown` otherwise (identity under `&`).
 * Iteration is error-mode-agnostic: `.pages()`/`.items()` yield raw pages/items, and a
 * failed page aborts iteration by throwing `ApiError`, even on result-mode clients; the
 * `onError` middleware hook (throw-mode-only) is not invoked.
 */
type Paginated<Entry extends OpsShape[string]> = 'item' extends keyof Entry ? NoRequiredKeys<Entry['args']> extends true ? {
    pages(args?: Entry['args'], init?: RequestOptions): AsyncGenerator<PageOf<Entry>>;
    items(args?: Entry['args'], init?: RequestOptions): AsyncGenerator<Entry['item']>;
} : {
    pages(args: Entry['args'], init?: RequestOptions): AsyncGenerator<PageOf<Entry>>;
    items(args: Entry['args'], init?: RequestOptions): AsyncGenerator<Entry['item']>;
} : unknown;
/**
 * The stable identity every client method carries: the SPEC operationId (also set as
 * `fn.name`, but `operationId` is the explicit, minification-proof form) — a robust
 * cache key for consumer wrappers (react-query keys and the like).
 */
export type OperationMethodIdentity = {
    readonly operationId: string;
};
/** Declared response-header bag for an Ops entry; empty object when none are declared. */
type HeadersOf<Entry extends OpsShape[string]> = 'headers' extends keyof Entry ? NonNullable<Entry['headers']> : Record<string, never>;
/**
 * Return type of a throw-mode call: the body by default, `Envelope<…>` for a literal
 * `envelope: true`, their union when the flag is a widened `boolean`. Exact
 * `RequestOptions` stays the body — pre-envelope package-mode flat sugar typed every
 * `init` parameter as `RequestOptions`, and widening that would break upgrades without
 * a regenerate. The `keyof` presence gate keeps `{ headers }` / `{ signal }` as the body
 * (`TInit['envelope']` through `TInit & RequestOptions` would otherwise be
 * `boolean | undefined`).
 */
export type EnvelopeResult<TData, THeaders, TInit extends RequestOptions | undefined> = TInit extends undefined ? TData : RequestOptions extends TInit ? TInit extends RequestOptions ? TData : EnvelopeResultForKnownInit<TData, THeaders, TInit> : EnvelopeResultForKnownInit<TData, THeaders, TInit>;
type EnvelopeResultForKnownInit<TData, THeaders, TInit> = 'envelope' extends keyof TInit ? [TInit['envelope' & keyof TInit]] extends [true] ? Envelope<TData, THeaders> : [TInit['envelope' & keyof TInit]] extends [false | undefined] ? TData : TData | Envelope<TData, THeaders> : TData;
/** A one-shot method whose return shape never varies with per-call options. */
type BodyMethod<Entry extends OpsShape[string]> = NoRequiredKeys<Entry['args']> extends true ? (args?: Entry['args'], init?: RequestOptions) => Promise<Entry['result']> : (args: Entry['args'], init?: RequestOptions) => Promise<Entry['result']>;
/**
 * One-shot (non-SSE) method: default returns the body; `{ envelope: true }` returns
 * `{ data, headers, response }` with typed declared headers.
 */
type ThrowMethod<Entry extends OpsShape[string]> = NoRequiredKeys<Entry['args']> extends true ? <Init extends RequestOptions | undefined = undefined>(args?: Entry['args'], init?: Init) => Promise<EnvelopeResult<Entry['result'], HeadersOf<Entry>, Init>> : <Init extends RequestOptions | undefined = undefined>(args: Entry['args'], init?: Init) => Promise<EnvelopeResult<Entry['result'], HeadersOf<Entry>, Init>>;
/** The typed instance client: one bound method per operation plus the core members. */
export type Client<Ops extends OpsShape, Op extends OperationContext = OperationContext> = {
    [K in keyof Ops]: Ops[K] extends {
        kind: 'sse';
    } ? (NoRequiredKeys<Ops[K]['args']> extends true ? (args?: Ops[K]['args'], init?: SseOptions) => AsyncGenerator<ServerSentEvent<Ops[K]['result']>> : (args: Ops[K]['args'], init?: SseOptions) => AsyncGenerator<ServerSentEvent<Ops[K]['result']>>) & OperationMethodIdentity : (Ops[K] extends {
        mode: 'result';
    } ? BodyMethod<Ops[K]> : ThrowMethod<Ops[K]>) & OperationMethodIdentity & Paginated<Ops[K]>;
} & ClientCore<Op>;
/** The error thrown (throw mode) for a non-2xx response, carrying the decoded error body. */
export declare class ApiError extends Error {
    readonly url: string;
    readonly status: number;
    readonly statusText: string;
    readonly body: unknown;
    constructor(url: string, status: number, statusText: string, body: unknown);
}
/** The error thrown when a request attempt exceeds the configured `timeout` — carries
 * the context a log line needs (which operation, what budget, which attempt). */
export declare class TimeoutError extends Error {
    readonly operationId: string;
    readonly timeout: number;
    readonly attempt: number;
    constructor(operationId: string, timeout: number, attempt: number);
}
/**
 * The default retry predicate: idempotent methods — or any request carrying an
 * `Idempotency-Key` header, which makes re-sending safe — on a transport error or a
 * transient status. A custom `retryOn` fully replaces this (no method check kept).
 */
export declare function defaultRetryOn(ctx: RetryContext): boolean;
/**
 * The client factory: `createClientCore` wired with the capabilities this API needs.
 * Exported so apps can build additional instances (per-tenant, per-environment) over
 * the same `OPERATIONS`/`Ops`. The trailing string params carry the wiring's literal
 * unions (`OperationId`/`OperationPath`/`OperationTag`) into `ctx.operation`.
 */
export declare function createClient<Ops extends OpsShape, Id extends string = string, Path extends string = string, Tag extends string = string>(operations: Record<string, OperationDescriptor>, config?: ClientConfig<OperationContext<Id, Path, Tag>>): Client<Ops, OperationContext<Id, Path, Tag>>;
export declare const client: Client<Ops, OperationContext<"listWebhooks" | "createWebhook" | "getWebhook" | "replaceWebhook" | "deleteWebhook" | "patchWebhook" | "listOrderingKeys" | "skipOrderingKey" | "pauseWebhook" | "resumeWebhook" | "listSecrets" | "rotateSecret" | "endSecret" | "getWebhookStats" | "previewWebhook" | "testWebhook" | "listDeliveries" | "createDelivery" | "createDeliveries" | "countDeliveries" | "getDelivery" | "deleteDelivery" | "redeliverDelivery" | "listEvents" | "createEvent" | "createEvents" | "getEvent" | "listDeliveryAttempts" | "getDeliveryAttempt" | "redeliverDeliveries" | "eraseDeliveries" | "listEventTypes" | "createEventType" | "getEventTypesDocument" | "importEventTypes" | "getEventType" | "patchEventType" | "archiveEventType" | "restoreEventType" | "listOperations" | "getOperation" | "cancelOperation" | "getStats" | "getAttention" | "lookUp" | "countRedelivery" | "countErasure", "/webhooks" | "/webhooks/{webhook_id}" | "/webhooks/{webhook_id}/ordering-keys" | "/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip" | "/webhooks/{webhook_id}/pause" | "/webhooks/{webhook_id}/resume" | "/webhooks/{webhook_id}/secrets" | "/webhooks/{webhook_id}/secrets/{secret_id}" | "/webhooks/{webhook_id}/stats" | "/webhooks/{webhook_id}/preview" | "/webhooks/{webhook_id}/test" | "/deliveries" | "/deliveries/batch" | "/deliveries/count" | "/deliveries/{delivery_id}" | "/deliveries/{delivery_id}/redeliver" | "/events" | "/events/batch" | "/events/{event_id}" | "/delivery-attempts" | "/delivery-attempts/{delivery_attempt_id}" | "/redeliveries" | "/erasures" | "/event-types" | "/event-types/openapi.json" | "/event-types/{event_type}" | "/event-types/{event_type}/archive" | "/event-types/{event_type}/restore" | "/operations" | "/operations/{operation_id}" | "/operations/{operation_id}/cancel" | "/stats" | "/attention" | "/lookup/{id}" | "/redeliveries/dry-run" | "/erasures/dry-run", "Events" | "Webhooks" | "Deliveries" | "Statistics" | "Delivery attempts" | "Operations" | "Event types" | "Attention">>;
export declare const configure: (config: ClientConfig<OperationContext<"listWebhooks" | "createWebhook" | "getWebhook" | "replaceWebhook" | "deleteWebhook" | "patchWebhook" | "listOrderingKeys" | "skipOrderingKey" | "pauseWebhook" | "resumeWebhook" | "listSecrets" | "rotateSecret" | "endSecret" | "getWebhookStats" | "previewWebhook" | "testWebhook" | "listDeliveries" | "createDelivery" | "createDeliveries" | "countDeliveries" | "getDelivery" | "deleteDelivery" | "redeliverDelivery" | "listEvents" | "createEvent" | "createEvents" | "getEvent" | "listDeliveryAttempts" | "getDeliveryAttempt" | "redeliverDeliveries" | "eraseDeliveries" | "listEventTypes" | "createEventType" | "getEventTypesDocument" | "importEventTypes" | "getEventType" | "patchEventType" | "archiveEventType" | "restoreEventType" | "listOperations" | "getOperation" | "cancelOperation" | "getStats" | "getAttention" | "lookUp" | "countRedelivery" | "countErasure", "/webhooks" | "/webhooks/{webhook_id}" | "/webhooks/{webhook_id}/ordering-keys" | "/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip" | "/webhooks/{webhook_id}/pause" | "/webhooks/{webhook_id}/resume" | "/webhooks/{webhook_id}/secrets" | "/webhooks/{webhook_id}/secrets/{secret_id}" | "/webhooks/{webhook_id}/stats" | "/webhooks/{webhook_id}/preview" | "/webhooks/{webhook_id}/test" | "/deliveries" | "/deliveries/batch" | "/deliveries/count" | "/deliveries/{delivery_id}" | "/deliveries/{delivery_id}/redeliver" | "/events" | "/events/batch" | "/events/{event_id}" | "/delivery-attempts" | "/delivery-attempts/{delivery_attempt_id}" | "/redeliveries" | "/erasures" | "/event-types" | "/event-types/openapi.json" | "/event-types/{event_type}" | "/event-types/{event_type}/archive" | "/event-types/{event_type}/restore" | "/operations" | "/operations/{operation_id}" | "/operations/{operation_id}/cancel" | "/stats" | "/attention" | "/lookup/{id}" | "/redeliveries/dry-run" | "/erasures/dry-run", "Events" | "Webhooks" | "Deliveries" | "Statistics" | "Delivery attempts" | "Operations" | "Event types" | "Attention">>) => void, use: (...middleware: Middleware<OperationContext<"listWebhooks" | "createWebhook" | "getWebhook" | "replaceWebhook" | "deleteWebhook" | "patchWebhook" | "listOrderingKeys" | "skipOrderingKey" | "pauseWebhook" | "resumeWebhook" | "listSecrets" | "rotateSecret" | "endSecret" | "getWebhookStats" | "previewWebhook" | "testWebhook" | "listDeliveries" | "createDelivery" | "createDeliveries" | "countDeliveries" | "getDelivery" | "deleteDelivery" | "redeliverDelivery" | "listEvents" | "createEvent" | "createEvents" | "getEvent" | "listDeliveryAttempts" | "getDeliveryAttempt" | "redeliverDeliveries" | "eraseDeliveries" | "listEventTypes" | "createEventType" | "getEventTypesDocument" | "importEventTypes" | "getEventType" | "patchEventType" | "archiveEventType" | "restoreEventType" | "listOperations" | "getOperation" | "cancelOperation" | "getStats" | "getAttention" | "lookUp" | "countRedelivery" | "countErasure", "/webhooks" | "/webhooks/{webhook_id}" | "/webhooks/{webhook_id}/ordering-keys" | "/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip" | "/webhooks/{webhook_id}/pause" | "/webhooks/{webhook_id}/resume" | "/webhooks/{webhook_id}/secrets" | "/webhooks/{webhook_id}/secrets/{secret_id}" | "/webhooks/{webhook_id}/stats" | "/webhooks/{webhook_id}/preview" | "/webhooks/{webhook_id}/test" | "/deliveries" | "/deliveries/batch" | "/deliveries/count" | "/deliveries/{delivery_id}" | "/deliveries/{delivery_id}/redeliver" | "/events" | "/events/batch" | "/events/{event_id}" | "/delivery-attempts" | "/delivery-attempts/{delivery_attempt_id}" | "/redeliveries" | "/erasures" | "/event-types" | "/event-types/openapi.json" | "/event-types/{event_type}" | "/event-types/{event_type}/archive" | "/event-types/{event_type}/restore" | "/operations" | "/operations/{operation_id}" | "/operations/{operation_id}/cancel" | "/stats" | "/attention" | "/lookup/{id}" | "/redeliveries/dry-run" | "/erasures/dry-run", "Events" | "Webhooks" | "Deliveries" | "Statistics" | "Delivery attempts" | "Operations" | "Event types" | "Attention">>[]) => void;
export declare const listWebhooks: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only webhooks that are active (`true`), or only those that are not (`false`).
     */
    active?: boolean;
    /**
     * Only webhooks in this state: `inactive`, or active with this `state` in their `health`.
     */
    state?: "healthy" | "failing" | "recovering" | "paused" | "inactive";
    /**
     * Only webhooks whose name has this text in it, in capital or small letters.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    name?: string;
    /**
     * Only webhooks with a pattern in `event_types` that matches this type. Their `filter` is not asked.
     */
    event_type?: EventTypeName;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<WebhookList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only webhooks that are active (`true`), or only those that are not (`false`).
         */
        active?: boolean;
        /**
         * Only webhooks in this state: `inactive`, or active with this `state` in their `health`.
         */
        state?: "healthy" | "failing" | "recovering" | "paused" | "inactive";
        /**
         * Only webhooks whose name has this text in it, in capital or small letters.
         * @minLength 1
         * @maxLength 255
         * @format text
         */
        name?: string;
        /**
         * Only webhooks with a pattern in `event_types` that matches this type. Their `filter` is not asked.
         */
        event_type?: EventTypeName;
        /**
         * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
         * OpenAPI writes it. Of several pairs all must be there.
         */
        metadata?: Record<string, string>;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<WebhookList, any, any>;
    items(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only webhooks that are active (`true`), or only those that are not (`false`).
         */
        active?: boolean;
        /**
         * Only webhooks in this state: `inactive`, or active with this `state` in their `health`.
         */
        state?: "healthy" | "failing" | "recovering" | "paused" | "inactive";
        /**
         * Only webhooks whose name has this text in it, in capital or small letters.
         * @minLength 1
         * @maxLength 255
         * @format text
         */
        name?: string;
        /**
         * Only webhooks with a pattern in `event_types` that matches this type. Their `filter` is not asked.
         */
        event_type?: EventTypeName;
        /**
         * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
         * OpenAPI writes it. Of several pairs all must be there.
         */
        metadata?: Record<string, string>;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<Webhook, any, any>;
}, createWebhook: (<Init extends RequestOptions | undefined = undefined>(args: WebhookInput, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, getWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, replaceWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
} & WebhookInput, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, deleteWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<void, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, patchWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
} & WebhookPatch, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, listOrderingKeys: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * Which keys to list. `blocked` are those that a failed delivery blocks.
     */
    state?: "blocked";
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<OrderingKeyList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args: {
        /**
         * The id of a webhook.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Which keys to list. `blocked` are those that a failed delivery blocks.
         */
        state?: "blocked";
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
    }, init?: RequestOptions): AsyncGenerator<OrderingKeyList, any, any>;
    items(args: {
        /**
         * The id of a webhook.
         * @format uuid
         */
        webhook_id: string;
        /**
         * Which keys to list. `blocked` are those that a failed delivery blocks.
         */
        state?: "blocked";
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
    }, init?: RequestOptions): AsyncGenerator<BlockedOrderingKey, any, any>;
}, skipOrderingKey: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * An ordering key, URL-encoded, a slash in it too (`%2F`).
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<void, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, pauseWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    body?: PauseWebhookBody;
}, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, resumeWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, listSecrets: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<WebhookSecretList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, rotateSecret: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    body?: RotateSecretBody;
}, init?: Init | undefined) => Promise<EnvelopeResult<NewWebhookSecret, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, endSecret: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The id of a secret, from the list of secrets.
     * @format uuid
     */
    secret_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<void, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, getWebhookStats: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The first step is that of this time.
     * @format date-time
     */
    from?: string;
    /**
     * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
     * @format date-time
     */
    to?: string;
    /**
     * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
     */
    step?: "minute" | "hour" | "day";
}, init?: Init | undefined) => Promise<EnvelopeResult<WebhookStats, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, previewWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
} & WebhookPreviewInput, init?: Init | undefined) => Promise<EnvelopeResult<WebhookPreview, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, testWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
    body?: TestWebhookBody;
}, init?: Init | undefined) => Promise<EnvelopeResult<WebhookTest, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, listDeliveries: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of the event with this id.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that are held back for this reason.
     */
    held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
    /**
     * Only deliveries with exactly this ordering key, URL-encoded.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key?: string;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<DeliveryList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only items of the webhook with this id.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Only deliveries of the event with this id.
         * @format uuid
         */
        event_id?: string;
        /**
         * Only deliveries with this status.
         */
        status?: DeliveryStatus;
        /**
         * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
         * OpenAPI writes it. Of several pairs all must be there.
         */
        metadata?: Record<string, string>;
        /**
         * Only deliveries that failed for this reason.
         */
        failed_reason?: "attempts" | "expired" | "poison" | "erased";
        /**
         * Only deliveries that are held back for this reason.
         */
        held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
        /**
         * Only deliveries with exactly this ordering key, URL-encoded.
         * @minLength 1
         * @maxLength 255
         * @format text
         */
        ordering_key?: string;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<DeliveryList, any, any>;
    items(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only items of the webhook with this id.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Only deliveries of the event with this id.
         * @format uuid
         */
        event_id?: string;
        /**
         * Only deliveries with this status.
         */
        status?: DeliveryStatus;
        /**
         * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
         * OpenAPI writes it. Of several pairs all must be there.
         */
        metadata?: Record<string, string>;
        /**
         * Only deliveries that failed for this reason.
         */
        failed_reason?: "attempts" | "expired" | "poison" | "erased";
        /**
         * Only deliveries that are held back for this reason.
         */
        held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
        /**
         * Only deliveries with exactly this ordering key, URL-encoded.
         * @minLength 1
         * @maxLength 255
         * @format text
         */
        ordering_key?: string;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<Delivery, any, any>;
}, createDelivery: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & DeliveryInput, init?: Init | undefined) => Promise<EnvelopeResult<Delivery, {
    idempotencyReplayed?: string;
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, createDeliveries: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & DeliveryBatchInput, init?: Init | undefined) => Promise<EnvelopeResult<DeliveryBatch, {
    idempotencyReplayed?: string;
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, countDeliveries: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries of the event with this id.
     * @format uuid
     */
    event_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only deliveries that failed for this reason.
     */
    failed_reason?: "attempts" | "expired" | "poison" | "erased";
    /**
     * Only deliveries that are held back for this reason.
     */
    held_reason?: "webhook_inactive" | "endpoint_failing" | "endpoint_paused" | "ordered" | "imported" | "scheduled";
    /**
     * Only deliveries with exactly this ordering key, URL-encoded.
     * @minLength 1
     * @maxLength 255
     * @format text
     */
    ordering_key?: string;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<DeliveryCount, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, getDelivery: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Delivery, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, deleteDelivery: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<void, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, redeliverDelivery: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a delivery.
     * @format uuid
     */
    delivery_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Delivery, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, listEvents: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only events of exactly this type.
     * @maxLength 128
     * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
     */
    type?: string;
    /**
     * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
     * OpenAPI writes it. Of several pairs all must be there.
     */
    metadata?: Record<string, string>;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<EventList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only events of exactly this type.
         * @maxLength 128
         * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
         */
        type?: string;
        /**
         * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
         * OpenAPI writes it. Of several pairs all must be there.
         */
        metadata?: Record<string, string>;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<EventList, any, any>;
    items(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only events of exactly this type.
         * @maxLength 128
         * @pattern ^[a-z0-9_]+(\.[a-z0-9_]+)*$
         */
        type?: string;
        /**
         * Keeps only what carries this pair in its `metadata`: `metadata.customer=42`, or `metadata[customer]=42`, as
         * OpenAPI writes it. Of several pairs all must be there.
         */
        metadata?: Record<string, string>;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<Event, any, any>;
}, createEvent: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & EventInput, init?: Init | undefined) => Promise<EnvelopeResult<Event, {
    idempotencyReplayed?: string;
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, createEvents: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * Names this request, so that it is done once however often it is sent
     * ([draft-ietf-httpapi-idempotency-key-header](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)).
     * A key of 1 to 255 printable ASCII characters, such as a UUID, with or without double quotes; within quotes `\"`
     * stands for `"`, and `\\` for `\`. Quotes are no part of the key.
     *
     * For a day, or what `POSTMAND_IDEMPOTENCY_WINDOW` of the server says, the same request with the same key answers
     * 201 with `Idempotency-Replayed: true` and creates nothing. Another request with the key answers 422. The fields
     * decide whether two requests are the same, not how their JSON is written. All clients of a server share its
     * keys. A request that was refused leaves its key free.
     */
    "Idempotency-Key"?: string;
} & EventBatchInput, init?: Init | undefined) => Promise<EnvelopeResult<EventBatch, {
    idempotencyReplayed?: string;
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, getEvent: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of an event.
     * @format uuid
     */
    event_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Event, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, listDeliveryAttempts: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only attempts of the delivery with this id.
     * @format uuid
     */
    delivery_id?: string;
    /**
     * Only attempts that succeeded (`true`), or only those that failed (`false`).
     */
    success?: boolean;
    /**
     * Only items created after this time.
     * @format date-time
     */
    "created_at.gt"?: string;
    /**
     * Only items created at this time or after it.
     * @format date-time
     */
    "created_at.gte"?: string;
    /**
     * Only items created before this time.
     * @format date-time
     */
    "created_at.lt"?: string;
    /**
     * Only items created at this time or before it.
     * @format date-time
     */
    "created_at.lte"?: string;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<DeliveryAttemptList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only items of the webhook with this id.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Only attempts of the delivery with this id.
         * @format uuid
         */
        delivery_id?: string;
        /**
         * Only attempts that succeeded (`true`), or only those that failed (`false`).
         */
        success?: boolean;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<DeliveryAttemptList, any, any>;
    items(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only items of the webhook with this id.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Only attempts of the delivery with this id.
         * @format uuid
         */
        delivery_id?: string;
        /**
         * Only attempts that succeeded (`true`), or only those that failed (`false`).
         */
        success?: boolean;
        /**
         * Only items created after this time.
         * @format date-time
         */
        "created_at.gt"?: string;
        /**
         * Only items created at this time or after it.
         * @format date-time
         */
        "created_at.gte"?: string;
        /**
         * Only items created before this time.
         * @format date-time
         */
        "created_at.lt"?: string;
        /**
         * Only items created at this time or before it.
         * @format date-time
         */
        "created_at.lte"?: string;
    } | undefined, init?: RequestOptions): AsyncGenerator<DeliveryAttempt, any, any>;
}, getDeliveryAttempt: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a delivery attempt.
     * @format uuid
     */
    delivery_attempt_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<DeliveryAttempt, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, redeliverDeliveries: (<Init extends RequestOptions | undefined = undefined>(args: RedeliveryInput, init?: Init | undefined) => Promise<EnvelopeResult<Operation, {
    location?: string;
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, eraseDeliveries: (<Init extends RequestOptions | undefined = undefined>(args: ErasureInput, init?: Init | undefined) => Promise<EnvelopeResult<Operation, {
    location?: string;
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, listEventTypes: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only event types that are archived (`true`), or only those that are not (`false`).
     */
    archived?: boolean;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<EventTypeList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only event types that are archived (`true`), or only those that are not (`false`).
         */
        archived?: boolean;
    } | undefined, init?: RequestOptions): AsyncGenerator<EventTypeList, any, any>;
    items(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only event types that are archived (`true`), or only those that are not (`false`).
         */
        archived?: boolean;
    } | undefined, init?: RequestOptions): AsyncGenerator<EventType, any, any>;
}, createEventType: (<Init extends RequestOptions | undefined = undefined>(args: EventTypeInput, init?: Init | undefined) => Promise<EnvelopeResult<EventType, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, getEventTypesDocument: (<Init extends RequestOptions | undefined = undefined>(args?: {} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<EventTypesDocument, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, importEventTypes: (<Init extends RequestOptions | undefined = undefined>(args: EventTypesDocument, init?: Init | undefined) => Promise<EnvelopeResult<EventTypeImport, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, getEventType: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
}, init?: Init | undefined) => Promise<EnvelopeResult<EventType, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, patchEventType: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
    /**
     * One or more values of `ETag`, separated by commas, or `*`. The request is refused with a 412 unless the webhook
     * or event type is as one of them says, so that nobody undoes a change that they have not seen. What attempts note
     * of a webhook (`health`) is not a change in this sense.
     */
    "If-Match"?: string;
} & EventTypePatch, init?: Init | undefined) => Promise<EnvelopeResult<EventType, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, archiveEventType: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
}, init?: Init | undefined) => Promise<EnvelopeResult<EventType, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, restoreEventType: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The name of an event type.
     */
    event_type: EventTypeName;
}, init?: Init | undefined) => Promise<EnvelopeResult<EventType, {
    xRequestId?: string;
    etag?: string;
}, Init>>) & OperationMethodIdentity, listOperations: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items a page holds at most.
     * @minimum 1
     * @maximum 1000
     * @format int32
     */
    limit?: number;
    /**
     * How many items to skip before the page starts.
     * @minimum 0
     * @maximum 2147483647
     * @format int32
     */
    offset?: number;
    /**
     * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
     * filters of that answer; `limit` may differ, and there is no `offset` beside it.
     * @minLength 1
     * @maxLength 2048
     */
    cursor?: string;
    /**
     * Only operations of this kind.
     */
    kind?: OperationKind;
    /**
     * Only operations with this state.
     */
    state?: OperationState;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<OperationList, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity & {
    pages(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only operations of this kind.
         */
        kind?: OperationKind;
        /**
         * Only operations with this state.
         */
        state?: OperationState;
    } | undefined, init?: RequestOptions): AsyncGenerator<OperationList, any, any>;
    items(args?: {
        /**
         * How many items a page holds at most.
         * @minimum 1
         * @maximum 1000
         * @format int32
         */
        limit?: number;
        /**
         * How many items to skip before the page starts.
         * @minimum 0
         * @maximum 2147483647
         * @format int32
         */
        offset?: number;
        /**
         * The `next_cursor` of an answer: the page goes on behind the last item of that one. Only with the list and the
         * filters of that answer; `limit` may differ, and there is no `offset` beside it.
         * @minLength 1
         * @maxLength 2048
         */
        cursor?: string;
        /**
         * Only operations of this kind.
         */
        kind?: OperationKind;
        /**
         * Only operations with this state.
         */
        state?: OperationState;
    } | undefined, init?: RequestOptions): AsyncGenerator<Operation, any, any>;
}, getOperation: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of an operation.
     * @format uuid
     */
    operation_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Operation, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, cancelOperation: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of an operation.
     * @format uuid
     */
    operation_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Operation, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, getStats: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * The first step is that of this time.
     * @format date-time
     */
    from?: string;
    /**
     * The last step is the one that this time ends, or is in. There are at most 1,500 steps.
     * @format date-time
     */
    to?: string;
    /**
     * How long a step is. Hours and days are those of UTC. Minutes are kept for 30 days, hours and days for 400.
     */
    step?: "minute" | "hour" | "day";
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<Stats, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, getAttention: (<Init extends RequestOptions | undefined = undefined>(args?: {
    /**
     * How many items the answer holds at most.
     * @minimum 1
     * @maximum 200
     * @format int32
     */
    limit?: number;
} | undefined, init?: Init | undefined) => Promise<EnvelopeResult<Attention, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, lookUp: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * Any id.
     * @format uuid
     */
    id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<LookedUp, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, countRedelivery: (<Init extends RequestOptions | undefined = undefined>(args: RedeliveryInput, init?: Init | undefined) => Promise<EnvelopeResult<RedeliveryCount, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, countErasure: (<Init extends RequestOptions | undefined = undefined>(args: ErasureInput, init?: Init | undefined) => Promise<EnvelopeResult<ErasureCount, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity;
export {};
