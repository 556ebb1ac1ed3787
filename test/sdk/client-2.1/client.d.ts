/**
 * Postmand API (v2.1.0)
 * Postmand delivers webhooks. Register a webhook once: a URL, a content type, a secret and a retry policy. Then
 * post payloads for it. Each payload becomes a delivery. It is stored, sent as a signed HTTP request, retried with
 * backoff until the receiver accepts it or the attempts are used up, and recorded attempt by attempt. How a
 * delivery is sent, signed and judged is described under Deliveries.
 *
 * **Requests.** Bodies are JSON in UTF-8, with `Content-Type: application/json`. Fields and query parameters that
 * this document does not list are refused with a 400. Fields that the server owns (`id`, times and so on) may be
 * sent back as they were received: their type is checked, their value is ignored. Ids are UUIDs in the usual form
 * of 36 characters, in upper or lower case.
 *
 * **Keys.** A server may ask for a key. Where it does (`POSTMAND_API_KEYS`), every request below `/v1` carries it as
 * `Authorization: Bearer <key>`. Without a key that the server knows, every path and method answers 401 with code 13,
 * and nothing else of the request is looked at. This document and its page need no key, nor does the health port.
 * Where no key is set, everybody who reaches the server may use it.
 *
 * **Times** are RFC 3339 in UTC with microseconds, for example `2026-11-23T16:26:01.456186Z`. A time in a query
 * may have any offset from -23:59 to +23:59, any number of digits behind the second, and a leap second, which counts
 * as the second after it. Write the `+` of an offset as `%2B`; a colon may stand as it is.
 *
 * **Text.** The format `text` is our own. It means Unicode text without the character U+0000 and without unpaired
 * surrogates. All other characters are kept exactly as they were sent.
 *
 * **Lists** are paged by `limit` (1 to 1000, 50 by default) and `offset` (0 by default). The answer repeats both.
 * A page with fewer items than its limit is the last one. The order is fixed, and no two items tie. Items that are
 * created or deleted between two requests move the items after them. A page of deliveries or attempts whose texts come
 * to more than 64 MiB is refused with code 4: ask for fewer items. A limit of 1 is always served.
 *
 * **HEAD** is answered wherever GET is: with the status and the headers of that GET, and without its body.
 *
 * **Errors** are JSON with a stable `code`, a `message`, and `details` where there is more to say. Judge by the
 * code; the texts may change. Expect codes to be added.
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
 *
 * Six of them belong to no operation. A path that this document does not list answers 404 with code 8. A method
 * that a path does not have answers 405 with code 9, and its `Allow` header lists the methods that the path has.
 * A request under a name (`Host`) that the server does not answer to is 421 with code 17, see
 * `POSTMAND_HTTP_ALLOWED_HOSTS`. The other three end the connection. A request whose headers take more than 10
 * seconds to arrive, or that is not complete after 60 seconds, answers 408 with code 14. More than 100 headers, or more than 16 KiB of them with the
 * request line, answer 431 with code 15. What is no HTTP/1.1, or has more
 * than one `Host`, answers 400 with code 16.
 *
 * **Headers.** Every answer, errors included, carries `X-Request-Id` and four security headers: `X-Frame-Options`,
 * `X-Content-Type-Options`, `X-Xss-Protection` and `Content-Security-Policy`.
 *
 */
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
     * How many attempts a delivery gets before it is `failed`.
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
 * The settings of a webhook, and such fields of an earlier answer as a client may send back.
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
     * refused with the reason, and so is a path with `.` or `..` segments, which would be sent as another one.
     * A webhook that has such a URL from before keeps it in a PUT.
     * @minLength 1
     * @maxLength 2048
     * @format uri
     */
    url: string;
    /**
     * The `Content-Type` header of the deliveries. As it becomes a header, it is printable ASCII without spaces
     * at its ends.
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
     * The key of the signature. Empty or null means that deliveries are not signed. Unicode text without U+0000
     * and without unpaired surrogates; the key is its UTF-8 bytes.
     * @maxLength 4096
     * @format text
     */
    secret_token?: string | null;
    /**
     * Whether deliveries are sent. While it is `false` they are held back as `pending`. Null means `false`.
     */
    active?: boolean | null;
    /**
     * How many attempts a delivery gets before it is `failed`.
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
     * Ignored; may be sent back.
     * @format uuid
     */
    id?: string | null;
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
};
/**
 * Where a delivery stands.
 *
 * - `pending`: attempts are still to be made.
 * - `succeeded`: an attempt succeeded.
 * - `failed`: all attempts failed.
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
    status: DeliveryStatus;
    /**
     * Why a pending delivery is held back. Null when it is not.
     *
     * - `webhook_inactive`: its webhook is not active. It will be sent when the webhook is active again.
     * - `imported`: it was pending in a database that was taken over, and it waits its turn.
     */
    held_reason: ("webhook_inactive" | "imported") | null;
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
 * A payload for a webhook, and such fields of an earlier answer as a client may send back.
 */
export type DeliveryInput = {
    /**
     * The id of the webhook that it goes to.
     * @format uuid
     */
    webhook_id: string;
    /**
     * The body to send, exactly. A JSON document goes in as a string. Null means empty. Unicode text without
     * U+0000 and without unpaired surrogates; it is sent as UTF-8.
     * @format text
     */
    payload?: string | null;
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
    held_reason?: ("webhook_inactive" | "imported") | null;
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
     * payload, joined by CRLF.
     */
    raw_request: string;
    /**
     * What came back: the status line, at most 1,000 headers in alphabetical order, an empty line and at most
     * the first 64 KiB of the body, joined by CRLF. Bytes that are not UTF-8, and U+0000, are shown as U+FFFD.
     * `…[cut]` ends what was cut. Empty when no complete response came.
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
};
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
     * Only webhooks that are active (`true`), or only those that are not (`false`).
     */
    active?: boolean;
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
     * Only webhooks that are active (`true`), or only those that are not (`false`).
     */
    active?: boolean;
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
export type ReplaceWebhookResponseHeaders = {
    xRequestId?: string;
};
export type ReplaceWebhookVariables = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
} & ReplaceWebhookBody;
export type DeleteWebhookResult = void;
export type DeleteWebhookPath = {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
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
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
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
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
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
export type CreateDeliveryResponseHeaders = {
    xRequestId?: string;
};
export type CreateDeliveryVariables = CreateDeliveryBody;
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
             * Only webhooks that are active (`true`), or only those that are not (`false`).
             */
            active?: boolean;
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
        };
    };
    replaceWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
        } & ReplaceWebhookBody;
        result: ReplaceWebhookResult;
        headers: {
            xRequestId?: string;
        };
    };
    deleteWebhook: {
        args: {
            /**
             * The id of a webhook.
             * @format uuid
             */
            webhook_id: string;
        };
        result: DeleteWebhookResult;
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
             * Only items of the webhook with this id.
             * @format uuid
             */
            webhook_id?: string;
            /**
             * Only deliveries with this status.
             */
            status?: DeliveryStatus;
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
        args: CreateDeliveryBody;
        result: CreateDeliveryResult;
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
            readonly name: "active";
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
            readonly style: "offset";
            readonly param: "offset";
            readonly limitParam: "limit";
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
    readonly deleteWebhook: {
        readonly id: "deleteWebhook";
        readonly method: "DELETE";
        readonly path: "/webhooks/{webhook_id}";
        readonly tags: readonly ["Webhooks"];
        readonly params: readonly [{
            readonly name: "webhook_id";
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
            readonly name: "webhook_id";
            readonly in: "query";
        }, {
            readonly name: "status";
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
            readonly style: "offset";
            readonly param: "offset";
            readonly limitParam: "limit";
            readonly items: "/deliveries";
        };
    };
    readonly createDelivery: {
        readonly id: "createDelivery";
        readonly method: "POST";
        readonly path: "/deliveries";
        readonly tags: readonly ["Deliveries"];
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
            readonly style: "offset";
            readonly param: "offset";
            readonly limitParam: "limit";
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
export declare const client: Client<Ops, OperationContext<"listWebhooks" | "createWebhook" | "getWebhook" | "replaceWebhook" | "deleteWebhook" | "listDeliveries" | "createDelivery" | "getDelivery" | "deleteDelivery" | "listDeliveryAttempts" | "getDeliveryAttempt", "/webhooks" | "/webhooks/{webhook_id}" | "/deliveries" | "/deliveries/{delivery_id}" | "/delivery-attempts" | "/delivery-attempts/{delivery_attempt_id}", "Webhooks" | "Deliveries" | "Delivery attempts">>;
export declare const configure: (config: ClientConfig<OperationContext<"listWebhooks" | "createWebhook" | "getWebhook" | "replaceWebhook" | "deleteWebhook" | "listDeliveries" | "createDelivery" | "getDelivery" | "deleteDelivery" | "listDeliveryAttempts" | "getDeliveryAttempt", "/webhooks" | "/webhooks/{webhook_id}" | "/deliveries" | "/deliveries/{delivery_id}" | "/delivery-attempts" | "/delivery-attempts/{delivery_attempt_id}", "Webhooks" | "Deliveries" | "Delivery attempts">>) => void, use: (...middleware: Middleware<OperationContext<"listWebhooks" | "createWebhook" | "getWebhook" | "replaceWebhook" | "deleteWebhook" | "listDeliveries" | "createDelivery" | "getDelivery" | "deleteDelivery" | "listDeliveryAttempts" | "getDeliveryAttempt", "/webhooks" | "/webhooks/{webhook_id}" | "/deliveries" | "/deliveries/{delivery_id}" | "/delivery-attempts" | "/delivery-attempts/{delivery_attempt_id}", "Webhooks" | "Deliveries" | "Delivery attempts">>[]) => void;
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
     * Only webhooks that are active (`true`), or only those that are not (`false`).
     */
    active?: boolean;
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
         * Only webhooks that are active (`true`), or only those that are not (`false`).
         */
        active?: boolean;
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
         * Only webhooks that are active (`true`), or only those that are not (`false`).
         */
        active?: boolean;
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
}, Init>>) & OperationMethodIdentity, getWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, replaceWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
} & WebhookInput, init?: Init | undefined) => Promise<EnvelopeResult<Webhook, {
    xRequestId?: string;
}, Init>>) & OperationMethodIdentity, deleteWebhook: (<Init extends RequestOptions | undefined = undefined>(args: {
    /**
     * The id of a webhook.
     * @format uuid
     */
    webhook_id: string;
}, init?: Init | undefined) => Promise<EnvelopeResult<void, {
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
     * Only items of the webhook with this id.
     * @format uuid
     */
    webhook_id?: string;
    /**
     * Only deliveries with this status.
     */
    status?: DeliveryStatus;
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
         * Only items of the webhook with this id.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Only deliveries with this status.
         */
        status?: DeliveryStatus;
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
         * Only items of the webhook with this id.
         * @format uuid
         */
        webhook_id?: string;
        /**
         * Only deliveries with this status.
         */
        status?: DeliveryStatus;
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
}, createDelivery: (<Init extends RequestOptions | undefined = undefined>(args: DeliveryInput, init?: Init | undefined) => Promise<EnvelopeResult<Delivery, {
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
}, Init>>) & OperationMethodIdentity;
export {};
