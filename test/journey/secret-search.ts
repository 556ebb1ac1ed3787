import type { Queryable } from '../../src/database/pool.ts';

/** Looks for secrets wherever they must not be, in whatever form. */

export type Finding = { secret: string; form: string; where: string };

type Needle = { secret: string; form: string; text: string };

/** By name, so that no failed test prints one. */
export type Secrets = Record<string, string>;

export class Search {
  readonly #needles: Needle[];
  readonly findings: Finding[] = [];

  constructor(secrets: Secrets) {
    this.#needles = Object.entries(secrets).flatMap(([secret, value]) =>
      formsOf(value).map(([form, text]) => ({ secret, form, text })),
    );
  }

  look(where: string, text: string): void {
    for (const { secret, form, text: needle } of this.#needles)
      if (text.includes(needle)) this.findings.push({ secret, form, where });
  }
}

/** How a text may be written, on its own and within another one. */
export function formsOf(value: string): [form: string, text: string][] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const forms: [string, string][] = [
    ['as it is', value],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    ['in a URL', encodeURIComponent(value)],
    ['in hexadecimal', hex],
    ['in HEXADECIMAL', hex.toUpperCase()],
  ];
  for (const before of [0, 1, 2]) {
    const written = base64Within(bytes, before);
    forms.push([`in Base64 behind ${before}`, written]);
    forms.push([
      `in base64url behind ${before}`,
      Buffer.from(written, 'base64').toString('base64url'),
    ]);
  }
  return forms;
}

/** What is the same in the Base64 of each text with these bytes, whatever is around them. */
function base64Within(bytes: Buffer, before: number): string {
  const written = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const cut = (before + bytes.length) % 3 === 0 ? 0 : 4;
  return written.slice(before === 0 ? 0 : 4, written.length - cut);
}

/** The columns that secrets are in. */
const OWN: Record<string, string[]> = {
  webhooks: ['secret_token', 'headers', 'auth', 'signing_key', 'sealed', 'url'],
  webhook_secrets: ['secret_token', 'signing_key', 'sealed'],
};

/** Every row of every table, the queue's included, without the columns that secrets are in. */
export async function rowsOfAll(db: Queryable): Promise<{ table: string; text: string }[]> {
  const { rows: tables } = await db.query<{ table: string; name: string }>(
    `select format('%I.%I', nspname, relname) as table, relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where relkind in ('r', 'm') and nspname not like 'pg\\_%' and nspname <> 'information_schema'`,
  );
  const found = [];
  for (const { table, name } of tables) {
    const { rows } = await db.query<{ text: string }>(
      `select (to_jsonb(t) - $1::text[])::text as text from ${table} t`,
      [OWN[name] ?? []],
    );
    found.push(...rows.map(({ text }) => ({ table, text })));
  }
  return found;
}
