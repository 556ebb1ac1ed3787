import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { CommandError } from '../process/command-error.ts';
import { StoppedEarly, stopSignal, unlessStopped } from '../process/stopping.ts';
import type { Log } from '../telemetry/log.ts';
import { keysInUse } from '../webhooks/secrets/keys-in-use.ts';
import {
  countOtherwise,
  rekeyOldSecrets,
  rekeyWebhooks,
  type RekeyStep,
  type TakeStep,
} from '../webhooks/secrets/rekey.ts';
import { Vault } from '../webhooks/secrets/vault.ts';
import { connectTo, endPool, openPool } from './connecting.ts';
import { openVault } from './keys.ts';

const PROGRESS_MS = 10_000;

/** How long rows are left that somebody holds. */
const HELD_MS = 200;

const NO_KEY =
  'POSTMAND_ENCRYPTION_KEYS is not set: there is no key to encrypt with. docs/security.md says how to make one.';
const STOPPED = 'What was done stays. Run it again.';

/**
 * `postmand rekey`: stores all secrets encrypted with the first key, or, with `decrypt`, as they
 * are. Servers and workers may run beside it. It may be stopped or killed, and run again.
 * @throws CommandError where something is left that is not so
 */
export async function runRekey(
  { decrypt }: { decrypt: boolean },
  config: Config,
  log: Log,
): Promise<void> {
  if (!decrypt && config.encryptionKeys.length === 0) throw new CommandError(NO_KEY);
  const { migrationsDir } = config.database;
  const connection = await connectTo(config);
  const pool = await openPool(connection, { max: 2, name: 'postmand rekey', migrationsDir, log });
  try {
    const opened = await openVault(pool, config);
    const vault = decrypt ? new Vault(config.encryptionKeys, false) : opened;
    await unlessStopped(stopSignal(), rewriteAll({ pool, log, vault }, new Progress(log)));
  } catch (error) {
    if (!(error instanceof StoppedEarly)) throw error;
    throw new CommandError(`${error.message} ${STOPPED}`);
  } finally {
    await endPool(pool);
  }
}

type RekeyParts = { pool: Pool; log: Log; vault: Vault };

/** Goes through both tables until all rows are as asked, but for those that cannot be opened. */
async function rewriteAll(parts: RekeyParts, progress: Progress): Promise<void> {
  const { pool, log, vault } = parts;
  for (;;) {
    const locked =
      (await rewriteTable(parts, progress, { table: 'webhooks', takeStep: rekeyWebhooks })) +
      (await rewriteTable(parts, progress, { table: 'secrets', takeStep: rekeyOldSecrets }));
    const left = await countOtherwise(pool, vault);
    if (left > locked) {
      // Somebody holds some of them, or has just written them.
      await sleep(HELD_MS);
      continue;
    }
    if (left > 0)
      throw new CommandError(
        `The secrets of ${left} rows cannot be opened, and are as they were; all others are done. The log names them (rekey.row_locked).`,
      );
    const inUse = await keysInUse(pool);
    log.info('rekey.done', {
      ...progress.counts,
      key_id: vault.keyId ?? null,
      unused_key_ids: vault.keyIds.filter((id) => !inUse.includes(id) && id !== vault.keyId),
      advice:
        'a key that is not used may be removed once it is the first one of no server that runs',
    });
    return;
  }
}

type Table = { table: 'webhooks' | 'secrets'; takeStep: TakeStep };

/** One walk through a table. @returns how many rows cannot be opened */
async function rewriteTable(
  { pool, log, vault }: RekeyParts,
  progress: Progress,
  { table, takeStep }: Table,
): Promise<number> {
  let cannot = 0;
  let after: string | null = null;
  do {
    const step: RekeyStep = await takeStepFrom(after);
    progress.add(table, step.rewritten);
    for (const { id, error } of step.locked)
      if (progress.isNew(id)) log.error('rekey.row_locked', { id, key_id: error.keyId, error });
    cannot += step.locked.length;
    after = step.last;
  } while (after !== null);
  return cannot;

  function takeStepFrom(row: string | null): Promise<RekeyStep> {
    return inTransaction(pool, (tx) => takeStep({ tx, vault }, row));
  }
}

/** What is done so far, and says so every 10 s. */
class Progress {
  readonly counts = { webhooks: 0, secrets: 0 };
  readonly #log: Log;
  readonly #told = new Set<string>();
  #toldAt = performance.now();

  constructor(log: Log) {
    this.#log = log;
  }

  add(table: Table['table'], rows: number): void {
    this.counts[table] += rows;
    if (performance.now() - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = performance.now();
    const { webhooks, secrets } = this.counts;
    this.#log.info('rekey.progress', { webhooks, secrets });
  }

  /** False where this row was told of already. */
  isNew(id: string): boolean {
    return !this.#told.has(id) && this.#told.add(id).size > 0;
  }
}
