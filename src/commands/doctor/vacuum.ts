import { vacuumFacts, type VacuumFacts } from '../../database/condition.ts';
import { SCHEMA } from '../../queue/names.ts';
import { span } from '../../client/explaining/time-words.ts';
import { count } from '../progress.ts';
import { ok, warn, wrong, type Check } from './check.ts';
import type { Reached } from './database.ts';

/** A transaction that is open for longer keeps dead rows, in seconds. */
const LONG_SECONDS = 600;
/** PostgreSQL warns at 40 million ids left, and stops at 3. */
const FEW_IDS = 500_000_000;
const LAST_IDS = 100_000_000;
const NAME = 'vacuum';

/** Whether PostgreSQL can remove dead rows, of which a queue leaves many. */
export async function checkVacuum({ pool }: Reached): Promise<Check[]> {
  return vacuumChecks(await vacuumFacts(pool, SCHEMA));
}

export function vacuumChecks(facts: VacuumFacts): Check[] {
  const checks = [
    ...(facts.isAutovacuumOn
      ? []
      : [wrong(NAME, 'autovacuum is off', 'Set autovacuum = on in PostgreSQL.')]),
    ...facts.tables.map(tableCheck),
    ...heldBack(facts),
    ...idsCheck(facts.idsLeft),
  ];
  return checks.length > 0 ? checks : [ok(NAME, 'dead rows are removed')];
}

function tableCheck({ name, live, dead, isOff }: VacuumFacts['tables'][number]): Check {
  if (isOff)
    return warn(
      NAME,
      `autovacuum is off for the table ${name}`,
      `Run: alter table ${name} reset (autovacuum_enabled)`,
    );
  return warn(
    NAME,
    `${name} has ${count(dead)} dead rows, and ${count(live)} others`,
    `Run: vacuum (analyze) ${name}. If they come back, see what keeps them: open transactions, replication slots, too slow an autovacuum.`,
  );
}

function heldBack({ transaction, prepared, idleSlots }: VacuumFacts): Check[] {
  const checks = [];
  if (transaction !== null && transaction.seconds > LONG_SECONDS) {
    const { pid, seconds, application, state } = transaction;
    const whose = application === '' ? '' : ` of ${JSON.stringify(application)}`;
    checks.push(
      warn(
        NAME,
        `a transaction${whose} has been open for ${span(seconds * 1000)} (process ${pid}, ${state})`,
        `No dead row since then is removed. End it: select pg_terminate_backend(${pid})`,
      ),
    );
  }
  if (prepared > 0)
    checks.push(
      warn(
        NAME,
        `prepared transactions are open: ${prepared}`,
        'They keep dead rows until they are ended: see pg_prepared_xacts, commit prepared and rollback prepared.',
      ),
    );
  if (idleSlots.length > 0)
    checks.push(
      warn(
        NAME,
        `nobody reads from the replication slots ${idleSlots.join(', ')}`,
        'They keep dead rows and WAL. Drop those that are not needed: select pg_drop_replication_slot(…)',
      ),
    );
  return checks;
}

function idsCheck(left: number): Check[] {
  if (left > FEW_IDS) return [];
  const message = `${count(left)} transaction ids are left until PostgreSQL stops taking writes`;
  const advice = 'Run vacuum on the whole database, and see what keeps autovacuum from it.';
  return [left > LAST_IDS ? warn(NAME, message, advice) : wrong(NAME, message, advice)];
}
