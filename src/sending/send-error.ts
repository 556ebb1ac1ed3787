/**
 * A send fails by a rule of ours, and not by what Node.js or the endpoint reports. `code` tells by
 * which, `detail` more where there is more to say.
 */
export class SendError extends Error {
  override name = 'SendError';
  readonly code:
    | 'TIMEOUT'
    | 'UPGRADE'
    | 'INTERIM_FLOOD'
    | 'NOT_ALLOWED'
    | 'COMMON_NAME_ONLY'
    | 'CLIENT_CERTIFICATE'
    | 'UNSENDABLE';
  readonly detail: string;

  constructor(code: SendError['code'], detail = '') {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}
