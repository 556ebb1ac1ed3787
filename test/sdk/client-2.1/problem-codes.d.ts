/** The codes of a `Problem`. Expect codes to be added. */
export declare const ProblemCode: {
    /** 500 */
    readonly internalServerError: 1;
    /** 404 */
    readonly invalidId: 2;
    /** 400 */
    readonly malformedRequestBody: 3;
    /** 400 */
    readonly requestValidationFailed: 4;
    /** 404 */
    readonly webhookNotFound: 5;
    /** 404 */
    readonly deliveryNotFound: 6;
    /** 404 */
    readonly deliveryAttemptNotFound: 7;
    /** 404 */
    readonly routeNotFound: 8;
    /** 405 */
    readonly methodNotAllowed: 9;
    /** 415 */
    readonly unsupportedMediaType: 10;
    /** 413 */
    readonly requestBodyTooLarge: 11;
    /** 503 */
    readonly serviceUnavailable: 12;
    /** 401 */
    readonly unauthorized: 13;
    /** 408 */
    readonly requestTimeout: 14;
    /** 431 */
    readonly requestHeadersTooLarge: 15;
    /** 400 */
    readonly malformedRequest: 16;
    /** 421 */
    readonly misdirectedRequest: 17;
};
export type ProblemCode = (typeof ProblemCode)[keyof typeof ProblemCode];
