import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * `id` is stored with all that is encrypted with the key. It is no secret; the key has 256 bits.
 */
export type EncryptionKey = { id: string; key: KeyObject };

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
/** NIST SP 800-38D, section 5.2.1.1 recommends 96 bits; the tag has its full length. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Characters of ciphertext whose secrets are remembered: about 35,000 webhooks with a token. */
const REMEMBERED = 8 * 1024 ** 2;

type Remembered = { sealed: string; secrets: unknown };

/**
 * Encrypts secrets for the database, each together with its owner, the row that it belongs to: what
 * was put into another row does not open there. Without a key it encrypts nothing, and opens
 * nothing.
 */
export class Vault {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #first: EncryptionKey | undefined;
  /** By owner. A worker opens the same row for each of its claims. */
  readonly #opened = new LRUCache<string, Remembered>({
    maxSize: REMEMBERED,
    sizeCalculation: ({ sealed }, owner) => sealed.length + owner.length,
  });

  /** The first key encrypts, and all decrypt; where `seals` is false, none encrypts. */
  constructor(keys: readonly EncryptionKey[], seals = true) {
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    this.#first = seals ? keys[0] : undefined;
  }

  /** The id of the key that encrypts; undefined: nothing is encrypted. */
  get keyId(): string | undefined {
    return this.#first?.id;
  }

  /** The ids of all keys, the first one first. */
  get keyIds(): string[] {
    return [...this.#keys.keys()];
  }

  /**
   * `v1.<key id>.<base64url of iv, ciphertext and tag>` (AES-256-GCM, NIST SP 800-38D).
   * @throws where there is no key
   */
  seal(owner: string, secrets: unknown): string {
    if (this.#first === undefined) throw new Error('there is no key to encrypt with');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#first.key, iv);
    cipher.setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
    const bytes = Buffer.concat([iv, text, cipher.getAuthTag()]);
    return `${VERSION}.${this.#first.id}.${bytes.toString('base64url')}`;
  }

  /**
   * What was sealed for this owner; nobody may change it. @throws SecretsLocked where the key is
   * not there, or it was not sealed so
   */
  open(owner: string, sealed: string): unknown {
    const known = this.#opened.get(owner);
    if (known?.sealed === sealed) return known.secrets;
    const secrets: unknown = JSON.parse(this.#decrypt(owner, sealed));
    this.#opened.set(owner, { sealed, secrets });
    return secrets;
  }

  #decrypt(owner: string, sealed: string): string {
    const [version, id = '', text = ''] = sealed.split('.');
    const key = this.#keys.get(id);
    if (version === VERSION && key === undefined)
      throw new SecretsLocked({ owner, keyId: id, reason: 'key_missing' });
    const bytes = Buffer.from(text, 'base64url');
    try {
      if (version !== VERSION || key === undefined) throw new Error(`not of ${VERSION}`);
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
      const start = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8');
      return start + decipher.final('utf8');
    } catch (cause) {
      throw new SecretsLocked({ owner, keyId: id, reason: 'damaged' }, { cause });
    }
  }
}

type Locked = { owner: string; keyId: string; reason: 'key_missing' | 'damaged' };

/** Encrypted secrets cannot be read in this process. No message has a secret or a key in it. */
export class SecretsLocked extends Error {
  override name = 'SecretsLocked';
  readonly keyId: string;
  readonly reason: Locked['reason'];

  constructor({ owner, keyId, reason }: Locked, options?: ErrorOptions) {
    super(
      reason === 'key_missing'
        ? `the secrets of ${owner} are encrypted with the key ${JSON.stringify(keyId)}, which POSTMAND_ENCRYPTION_KEYS of this process does not have`
        : `the secrets of ${owner} do not open with the key ${JSON.stringify(keyId)}: they are damaged, were moved there from another row, or that key is not the one that encrypted them`,
      options,
    );
    this.keyId = keyId;
    this.reason = reason;
  }
}
