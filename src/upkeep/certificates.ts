import { raiseFound, type Alarms } from '../alarms/alarms.ts';
import { certificateAlarm, markCertificates, type Told } from '../alarms/certificate-marks.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import { findCertificates } from '../webhooks/secrets/certificates.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';

/** Webhooks that are looked at in one step. */
const STEP = 200;

type CertificateParts = { pool: Pool; vault: Vault; alarms: Alarms; log: Log };

/** Tells of client certificates that end soon or have ended: 30, 7 and 1 days before, and then. */
export async function tellCertificates(parts: CertificateParts): Promise<void> {
  const { pool, vault } = parts;
  let after: string | null = null;
  do {
    const found = await findCertificates({ db: pool, vault }, after, STEP);
    if (found.certificates.length > 0)
      for (const one of await mark(parts, found.certificates)) tell(parts.log, one);
    after = found.next;
  } while (after !== null);
}

function mark(
  { pool, alarms }: CertificateParts,
  certificates: Parameters<typeof markCertificates>[1],
): Promise<Told[]> {
  return inTransaction(pool, async (tx) => {
    const told = await markCertificates(tx, certificates);
    await raiseFound(tx, alarms, told.map(certificateAlarm));
    return told;
  });
}

function tell(log: Log, { webhookId, expiresAt, daysLeft }: Told): void {
  log.warn('certificate.expiring', {
    webhook_id: webhookId,
    expires_at: expiresAt,
    days_left: daysLeft,
  });
}
