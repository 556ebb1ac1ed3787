import assert from 'node:assert/strict';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction, type Tx } from '../../src/database/transaction.ts';

export type Plan = {
  'Node Type': string;
  'Plan Rows': number;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
};

/** How PostgreSQL would run the very statement that `read` sends; of several, the last. */
export async function planOf(pool: Pool, read: (tx: Tx) => Promise<unknown>): Promise<Plan> {
  const plan = (await plansOf(pool, read)).at(-1);
  return plan ?? assert.fail('nothing was asked');
}

/** The same of each statement. `begin` starts the transaction. */
export async function plansOf(
  pool: Pool,
  read: (tx: Tx) => Promise<unknown>,
  begin?: string,
): Promise<Plan[]> {
  const plans: Plan[] = [];
  await inTransaction(
    pool,
    async (tx) => {
      const explaining = {
        query: async (asked: string | { text: string; values: unknown[] }, given: unknown[]) => {
          const { text, values } =
            typeof asked === 'string' ? { text: asked, values: given } : asked;
          const { rows } = await tx.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
            `explain (format json) ${text}`,
            values,
          );
          plans.push(...rows.flatMap((row) => row['QUERY PLAN'][0]?.Plan ?? []));
          return { rows: [] };
        },
        later: (text: string, values: unknown[]) => tx.later(text, values),
      };
      await read(explaining as unknown as Tx);
    },
    begin,
  );
  return plans;
}

/** A node with all that are below it. */
export function flat(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flat)];
}
