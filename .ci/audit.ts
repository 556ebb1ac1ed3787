// npm run check:audit: whether a package that runs in production has a known vulnerability. High
// and critical ones fail. A registry that cannot be asked fails nothing: the check says that it was
// skipped, and why.
import { spawnSync } from 'node:child_process';

const FAILING = new Set(['high', 'critical']);

type Vulnerability = {
  name: string;
  severity: string;
  range: string;
  /** The advisories, and the names of packages that bring the vulnerability with them. */
  via: (string | { title: string; url: string })[];
};

/** What npm prints: a report, or why there is none. */
type Printed = {
  vulnerabilities?: Record<string, Vulnerability>;
  message?: string;
  error?: { code?: string; summary?: string };
};

process.exitCode = main();

function main(): number {
  const { vulnerabilities, message, error } = askRegistry();
  if (vulnerabilities === undefined) {
    const reason = message || error?.summary || error?.code || 'npm gave no report';
    console.log(`check:audit: skipped, as the registry does not tell of advisories (${reason}).`);
    return 0;
  }
  const found = Object.values(vulnerabilities);
  for (const one of found) console.log(describe(one));
  const failing = found.filter(({ severity }) => FAILING.has(severity)).length;
  console.log(
    `check:audit: ${found.length} vulnerable packages in production, ${failing} of them high or critical.`,
  );
  return failing > 0 ? 1 : 0;
}

function askRegistry(): Printed {
  // Offline, npm would report that there is nothing, without having asked.
  const asking = ['--offline=false', '--fetch-retries=0', '--fetch-timeout=20000'];
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json', ...asking], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error) return { message: error.message };
  try {
    return JSON.parse(stdout) as Printed;
  } catch {
    return { message: 'npm printed no JSON' };
  }
}

function describe({ name, severity, range, via }: Vulnerability): string {
  const reasons = via.map((one) => (typeof one === 'string' ? one : `${one.title} ${one.url}`));
  return `${severity}: ${name} ${range}: ${reasons.join('; ')}`;
}
