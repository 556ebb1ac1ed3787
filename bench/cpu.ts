import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processor time used so far by a process and all that it started, ended ones included, in
 * milliseconds. Undefined where there is no /proc
 * (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html) or no such process.
 */
export function cpuMs(pid: number): number | undefined {
  const tree = processTree(pid);
  if (tree.length === 0) return undefined;
  return tree.reduce((sum, { ticks }) => sum + ticks, 0) * msPerTick();
}

/** The most memory that a process and those it started have held, in MB: the sum of their peaks. */
export function peakMemoryMb(pid: number): number | undefined {
  const peaks = processTree(pid).map(
    (one) => /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${one.pid}/status`) ?? '')?.[1],
  );
  if (peaks.length === 0) return undefined;
  return peaks.reduce((sum, kilobytes) => sum + Number(kilobytes ?? 0), 0) / 1024;
}

/**
 * The memory that a process and those it started hold now, in MB: their proportional set size, in
 * which a page that several processes share counts once between them. Undefined where the system
 * does not tell (https://docs.kernel.org/filesystems/proc.html, smaps_rollup: Linux, and only of
 * processes of our own user).
 */
export function heldMemoryMb(pid: number): number | undefined {
  const root = pssKb(pid);
  if (root === undefined) return undefined;
  // A child may end while this is read; it holds nothing then.
  const others = processTree(pid).slice(1);
  return others.reduce((sum, child) => sum + (pssKb(child.pid) ?? 0), root) / 1024;
}

function pssKb(pid: number): number | undefined {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes);
}

/**
 * The parent of a process that is called `name`, as is its parent; undefined where it is not on
 * this machine.
 */
export function parentOf(pid: number, name: string): number | undefined {
  const child = processStat(pid);
  const parent = child && processStat(child.parent);
  return child?.name === name && parent?.name === name ? parent.pid : undefined;
}

type ProcessStat = { pid: number; name: string; parent: number; ticks: number };

function processTree(root: number): ProcessStat[] {
  const first = processStat(root);
  if (first === undefined) return [];
  const all = readdirSync('/proc').flatMap((entry) =>
    /^\d+$/.test(entry) ? (processStat(Number(entry)) ?? []) : [],
  );
  const tree = [first];
  // Grows while it is walked: children of children follow.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

function processStat(pid: number): ProcessStat | undefined {
  const line = read(`/proc/${pid}/stat`);
  // The name stands in parentheses and may hold anything, so what follows is counted from the last
  // one.
  const match = /^\d+ \((.*)\) (.*)$/s.exec(line ?? '');
  if (match === null) return undefined;
  const fields = (match[2] ?? '').split(' ');
  const number = (index: number) => Number(fields[index]);
  // utime, stime, and both of the children that ended and were waited for.
  return {
    pid,
    name: match[1] ?? '',
    parent: number(1),
    ticks: number(11) + number(12) + number(13) + number(14),
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

let tickMs: number | undefined;

function msPerTick(): number {
  tickMs ??= 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return tickMs;
}
