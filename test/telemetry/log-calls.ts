import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../setup/command.ts';

/** What the log gets of one event, over all places that log it. */
type LoggedEvent = { levels: Set<string>; fields: Set<string> };

export type LogCalls = {
  events: Map<string, LoggedEvent>;
  /** Uses of a log of which the event, its level or its fields cannot be told. */
  unclear: string[];
};

const LOG_FILE = path.join(ROOT, 'src/telemetry/log.ts');

const LEVELS = ['error', 'warn', 'info', 'debug'];

/**
 * The events that files of a program log: calls of the methods of a `Log`, whatever it is called
 * there. The types say what may be given, so that a level chosen by an expression counts as each
 * that it may be, and fields may come from anywhere.
 */
export function logCallsIn(program: ts.Program, files: string[]): LogCalls {
  const finder = new CallFinder(program.getTypeChecker());
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`no such file: ${file}`);
    finder.visit(source);
  }
  return finder.found;
}

/** Reads files, and what they import, as this project's TypeScript. */
export function programOf(files: string[]): ts.Program {
  return ts.createProgram(files, compilerOptions());
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, ROOT).options;
}

class CallFinder {
  readonly found: LogCalls = { events: new Map(), unclear: [] };
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  visit(node: ts.Node): void {
    if (isAccess(node) && this.#isLog(node.expression)) this.#use(node);
    else if (ts.isObjectBindingPattern(node) && this.#isLog(node)) this.#isUnclear(node);
    node.forEachChild((child) => this.visit(child));
  }

  #isLog(node: ts.Node): boolean {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(node));
    return LEVELS.some((level) =>
      type
        .getProperty(level)
        ?.declarations?.some((one) => path.resolve(one.getSourceFile().fileName) === LOG_FILE),
    );
  }

  #use(access: Access): void {
    const call = access.parent;
    if (!ts.isCallExpression(call) || call.expression !== access) return this.#isUnclear(access);
    const [event, fields] = call.arguments;
    const names = this.#textsOf(event);
    const levels = ts.isPropertyAccessExpression(access)
      ? [access.name.text]
      : this.#textsOf(access.argumentExpression);
    const fieldNames = this.#fieldsOf(fields);
    if (names === undefined || levels === undefined || fieldNames === undefined)
      return this.#isUnclear(call);
    for (const name of names) {
      const known = this.found.events.get(name);
      const logged = known ?? { levels: new Set(), fields: new Set() };
      for (const level of levels) logged.levels.add(level);
      for (const field of fieldNames) logged.fields.add(field);
      this.found.events.set(name, logged);
    }
  }

  /** The texts that a value may be; undefined where it may be any. */
  #textsOf(node: ts.Expression | undefined): string[] | undefined {
    if (node === undefined) return undefined;
    const texts = alternatives(this.#checker.getTypeAtLocation(node));
    return texts.every((one) => one.isStringLiteral()) ? texts.map((one) => one.value) : undefined;
  }

  /** The names of the fields that an object may have; undefined where it may have any. */
  #fieldsOf(node: ts.Expression | undefined): string[] | undefined {
    if (node === undefined) return [];
    const types = alternatives(this.#checker.getTypeAtLocation(node));
    const isOpen = types.some(
      (type) =>
        (type.flags & ts.TypeFlags.Object) === 0 ||
        this.#checker.getIndexInfosOfType(type).length > 0,
    );
    return isOpen
      ? undefined
      : types.flatMap((type) => type.getProperties().map(({ name }) => name));
  }

  #isUnclear(node: ts.Node): void {
    const source = node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    this.found.unclear.push(
      `${path.relative(ROOT, source.fileName)}:${line + 1}: ${node.getText()}`,
    );
  }
}

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression;

function isAccess(node: ts.Node): node is Access {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

function alternatives(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types : [type];
}
