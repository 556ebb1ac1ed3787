import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { succeed } from './program.ts';
import { goWithModules, noGo, noPython, pythonWithPackages, ROOT } from './toolchains.ts';

/** A request that came. */
type Arrived = { headers: Record<string, string>; body: string | Buffer };

/** The same with the secret by which it is to be judged. */
export type Judged = Arrived & { secret: string };

/** How many were genuine, and why others were refused, behind their ids. */
export type Judgement = { genuine: number; refused: string[] };

/** A library of Standard Webhooks. Undefined: it cannot be fetched, and the test is skipped. */
export type Judge = {
  language: string;
  skip: string | false;
  judge(t: TestContext, requests: Judged[]): Promise<Judgement | undefined>;
};

/** The libraries that Standard Webhooks publishes: from npm, PyPI and as a Go module. */
export const JUDGES: Judge[] = [
  { language: 'TypeScript', skip: false, judge: async (_t, requests) => judgeHere(requests) },
  { language: 'Python', skip: noPython, judge: judgeByPython },
  { language: 'Go', skip: noGo, judge: judgeByGo },
];

function judgeHere(requests: Judged[]): Judgement {
  const judgement: Judgement = { genuine: 0, refused: [] };
  for (const { secret, headers, body } of requests)
    try {
      const webhook = secret.startsWith('whsec_')
        ? new Webhook(secret)
        : new Webhook(Buffer.from(secret), { format: 'raw' });
      webhook.verify(body, headers, { jsonParse: false });
      judgement.genuine += 1;
    } catch (error) {
      judgement.refused.push(`${headers['webhook-id']}: ${(error as Error).message}`);
    }
  return judgement;
}

async function judgeByPython(t: TestContext, requests: Judged[]): Promise<Judgement | undefined> {
  const python = await pythonWithPackages(t);
  return python === undefined ? undefined : judgeBy(t, [python, 'verify.py'], { requests });
}

async function judgeByGo(t: TestContext, requests: Judged[]): Promise<Judgement | undefined> {
  const env = await goWithModules(t, FOLDER);
  return env && judgeBy(t, ['go', 'run', 'verify.go'], { requests, env });
}

const FOLDER = path.join(ROOT, 'test/sdk/judges');

/**
 * Runs the program of another language, which reads the requests from a file.
 * @returns what it prints
 */
export async function judgeBy<Result>(
  t: TestContext,
  command: string[],
  { requests, env = {} }: { requests: Arrived[]; env?: Record<string, string> },
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-judge-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'requests.json');
  const written = requests.map(({ body, ...one }) => ({
    ...one,
    body: Buffer.from(body).toString('base64'),
  }));
  await writeFile(file, JSON.stringify(written));
  return JSON.parse(await succeed(t, [...command, file], { cwd: FOLDER, env })) as Result;
}
