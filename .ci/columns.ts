// npm run check:columns: lines of code, comments, SQL and Markdown have at most 100 columns, so
// that two panes fit side by side. What cannot be broken may be longer: a literal that begins and
// ends on the line, a row of a table, a heading, and what stands in a block of code.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const MOST = 100;

/** Written by tools. */
const GENERATED =
  /^(src\/http\/openapi\.d\.ts|sdk\/typescript\/(dist\/.*|src\/(client|problem-codes)\.ts)|test\/sdk\/client-2\.1\/.*)$/;

process.exitCode = main();

function main(): number {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.md'], { encoding: 'utf8' });
  const checked = files.split('\n').filter((file) => file !== '' && !GENERATED.test(file));
  const found = checked.flatMap((file) => longLines(file).map((line) => `${file}:${line}`));
  for (const place of found) console.log(`check:columns: ${place} has more than ${MOST} columns.`);
  return found.length > 0 ? 1 : 0;
}

/** The numbers of lines that are too long, from 1. */
function longLines(file: string): number[] {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const long = lines.flatMap((line, i) => (Array.from(line).length > MOST ? [i] : []));
  if (long.length === 0) return [];
  const mayBe = file.endsWith('.md') ? markdownRule(lines) : codeRule(file, text);
  return long.filter((i) => !mayBe(i)).map((i) => i + 1);
}

function markdownRule(lines: string[]): (line: number) => boolean {
  const inCode = new Set<number>();
  let fenced = false;
  for (const [i, line] of lines.entries()) {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (fenced || isFence) inCode.add(i);
    if (isFence) fenced = !fenced;
  }
  return (i) => {
    const line = lines[i] ?? '';
    // Where no space comes early enough there is no place for a break.
    const start = line.slice(0, MOST).replace(/^\s*([-*>]|\d+\.)?\s*/, '');
    return inCode.has(i) || /^\s*(\||#)/.test(line) || !start.includes(' ');
  };
}

function codeRule(file: string, text: string): (line: number) => boolean {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const whole = new Set<number>();
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    const line = lineOf(node.getStart(source));
    if (isLiteral(node) && lineOf(node.end) === line) whole.add(line);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return (line) => whole.has(line);
}

function isLiteral(node: ts.Node): boolean {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateExpression(node) ||
    ts.isRegularExpressionLiteral(node)
  );
}
