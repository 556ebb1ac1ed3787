/**
 * What to do about an answer that is no success, by its status. A hundred stands for all of its
 * kind that have no words of their own.
 */
export const STATUSES: Readonly<Record<number, string>> = {
  200: 'If that means that the receiver has the payload, add the status to `valid_status_codes` of the webhook.',
  300: 'Redirects are not followed: set the `url` of the webhook to where it leads (`Location` in the response).',
  400: 'The receiver refuses the request: its response should say why.',
  401: 'The receiver does not know who sends: check `auth`, `headers` and the secret of the webhook against what it expects.',
  403: 'The receiver lets the request in no further: check `auth`, `headers` and the secret of the webhook, and whether a firewall blocks it.',
  404: 'There is nothing at this path: check the `url` of the webhook.',
  405: 'The receiver takes no POST at this path: check the `url` of the webhook.',
  408: 'The receiver waited in vain for the request: look for a slow proxy or network between.',
  410: 'The receiver says that the endpoint is gone for good. With `on_gone: deactivate` that makes the webhook inactive.',
  413: 'The payload is too large for the receiver: raise its limit, or send less.',
  415: 'The receiver does not take this `content_type`: compare it with what it expects.',
  422: 'The receiver refuses the payload: its response should say why.',
  429: 'The receiver is asked too often: set `rate_limit` of the webhook, or `honor_retry_after` so that it waits as long as it is told.',
  500: 'The receiver failed: look at its log.',
  502: 'A proxy before the receiver does not reach it: see whether the receiver runs.',
  503: 'The receiver does not serve at present: see whether it is overloaded, or being deployed.',
  504: 'A proxy before the receiver waited too long for it: see whether the receiver is slow or hangs.',
};
