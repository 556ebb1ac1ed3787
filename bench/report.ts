import { median, type Figure, type Outcome, type Unit } from './figures.ts';
import type { Circumstances } from './machine.ts';

/**
 * All runs of one scenario against one implementation. `failure`: it did not get through, and why.
 */
type Result = { implementation: string; outcomes: Outcome[]; failure?: string };

export type ScenarioReport = { scenario: string; summary: string; results: Result[] };

export type Report = { command: string; circumstances: Circumstances; scenarios: ScenarioReport[] };

export function reportJson(report: Report): string {
  const scenarios = report.scenarios.map(({ scenario, summary, results }) => ({
    scenario,
    summary,
    results: results.map(({ implementation, outcomes, failure }) => ({
      implementation,
      ...(failure === undefined ? {} : { failure }),
      figures: summaries(outcomes).map(({ name, unit, values, middle }) => ({
        name,
        unit,
        median: middle ?? null,
        runs: values,
      })),
      notes: notesOf(outcomes),
    })),
  }));
  return `${JSON.stringify({ ...report, scenarios }, null, 2)}\n`;
}

/** What stands above all tables on a terminal. */
export function headText({ command, circumstances }: Report): string {
  return `${align(Object.entries({ ...circumstances, Command: command }))}\n`;
}

/** A scenario's table for a terminal. */
export function scenarioText(report: ScenarioReport): string {
  const lines = remarks(report).map((remark) => `  ${remark}`);
  return `\n${report.scenario}: ${report.summary}\n${[align(rowsOf(report), '  '), ...lines].join('\n')}\n`;
}

export function reportMarkdown({ command, circumstances, scenarios }: Report): string {
  const facts = Object.entries({ ...circumstances, Command: `\`${command}\`` }).map(
    ([name, value]) => `- ${name}: ${value}`,
  );
  const tables = scenarios.map((report) => {
    const [head = [], ...rows] = rowsOf(report);
    const lines = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map(
      (cells) => `| ${cells.join(' | ')} |`,
    );
    const notes = remarks(report).map((remark) => `\n${remark}\n`);
    return `### ${report.scenario}\n\n${report.summary}\n\n${lines.join('\n')}\n${notes.join('')}`;
  });
  return `${facts.join('\n')}\n\n${tables.join('\n')}`;
}

/**
 * A head and a row a figure: its name, its value for each implementation, and, where there are two,
 * the first divided by the second.
 */
function rowsOf({ results }: ScenarioReport): string[][] {
  const columns = results.map(({ outcomes }) => summaries(outcomes));
  const names = [...new Set(columns.flat().map(({ name }) => name))];
  const compared = results.length > 1;
  const head = [
    '',
    ...results.map(({ implementation }) => (compared ? implementation : 'result')),
    ...(compared ? ['ours / other'] : []),
  ];
  return [
    head,
    ...names.map((name) => {
      const cells = columns.map((column) => column.find((one) => one.name === name));
      return [name, ...cells.map(cellText), ...(compared ? [ratio(cells[0], cells[1])] : [])];
    }),
  ];
}

function remarks({ results }: ScenarioReport): string[] {
  return results.flatMap(({ implementation, outcomes, failure }) => {
    const whose = results.length > 1 ? `${implementation}: ` : '';
    return [...notesOf(outcomes), ...(failure === undefined ? [] : [`failed: ${failure}`])].map(
      (text) => `${whose}${text}`,
    );
  });
}

type Summary = Pick<Figure, 'name' | 'unit' | 'better'> & {
  values: (number | undefined)[];
  middle: number | undefined;
};

function summaries(outcomes: Outcome[]): Summary[] {
  return (outcomes[0]?.figures ?? []).map(({ name, unit, better }) => {
    const values = outcomes.map(({ figures }) => figures.find((one) => one.name === name)?.value);
    return {
      name,
      unit,
      better,
      values,
      middle: median(values.filter((value) => value !== undefined)),
    };
  });
}

function notesOf(outcomes: Outcome[]): string[] {
  return [...new Set(outcomes.flatMap(({ notes }) => notes))];
}

/** The median, and how far apart the runs were. */
function cellText(summary: Summary | undefined): string {
  if (summary?.middle === undefined) return 'n/a';
  const { middle, unit } = summary;
  const values = summary.values.filter((value) => value !== undefined);
  const [low, high] = [
    numberText(Math.min(...values), unit),
    numberText(Math.max(...values), unit),
  ];
  return `${numberText(middle, unit)}${unitText(unit)}${low === high ? '' : ` (${low}–${high})`}`;
}

const unitText = (unit: Unit) => (unit === '' || unit === '/s' || unit === '×' ? unit : ` ${unit}`);

function numberText(value: number, unit: Unit): string {
  const digits =
    unit === '' || unit === 'MB' || unit === 'B' || Math.abs(value) >= 100
      ? 0
      : Math.abs(value) >= 10
        ? 1
        : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function ratio(ours: Summary | undefined, other: Summary | undefined): string {
  if (ours?.middle === undefined || !other?.middle) return '';
  const quotient = ours.middle / other.middle;
  return `${numberText(quotient, '×')}${tellApart(ours, other) ? verdict(quotient, ours.better) : ''}`;
}

/**
 * Several runs each: they do not overlap. One each: they differ by more than a tenth, as any two
 * may.
 */
function tellApart(ours: Summary, other: Summary): boolean {
  const [a, b] = [ours, other].map(({ values }) =>
    values.filter((value) => value !== undefined),
  ) as [number[], number[]];
  if (a.length === 1 || b.length === 1)
    return Math.abs((ours.middle ?? 0) / (other.middle ?? 1) - 1) > 0.1;
  return Math.min(...a) > Math.max(...b) || Math.max(...a) < Math.min(...b);
}

function verdict(quotient: number, better: Figure['better']): string {
  if (better === undefined) return '';
  return quotient > 1 === (better === 'more') ? ' better' : ' worse';
}

/** The first column to the left, the others to the right. */
function align(rows: string[][], indent = ''): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(cell.length, all[i] ?? 0)),
    [],
  );
  const oneOfTwo = rows.every(({ length }) => length === 2) && indent === '';
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === 0 || oneOfTwo ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
        )
        .join('  '),
    )
    .map((line) => `${indent}${line.trimEnd()}`)
    .join('\n');
}
