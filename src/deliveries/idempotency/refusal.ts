/** Why a request with an Idempotency-Key is refused. */
const REASONS = {
  idempotency_key_reused: 'it was used for another request',
  delivery_gone: 'the request was done, and what it created is deleted',
  idempotency_key_in_use: 'another transaction with it is still open',
};

/** A request with an Idempotency-Key that is not done, nor answered as one that was done before. */
export class IdempotencyRefusal extends Error {
  override name = 'IdempotencyRefusal';
  readonly kind: keyof typeof REASONS;

  constructor(kind: keyof typeof REASONS) {
    super(`Idempotency-Key: ${REASONS[kind]}`);
    this.kind = kind;
  }

  /** The same request may be done a moment later. */
  get passes(): boolean {
    return this.kind === 'idempotency_key_in_use';
  }
}
