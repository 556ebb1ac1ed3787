// npm run types writes src/http/openapi.json from openapi.yaml, so that a server needs no YAML
// parser. With --check it writes nothing, and fails where the file is not up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const [SPEC, FILE] = ['openapi.yaml', 'src/http/openapi.json'];

process.exitCode = main(process.argv.includes('--check'));

function main(isCheck: boolean): number {
  const json = `${JSON.stringify(parse(readFileSync(SPEC, 'utf8')), undefined, 1)}\n`;
  if (!isCheck) writeFileSync(FILE, json);
  else if (readFileSync(FILE, 'utf8') !== json) {
    console.log(`check:drift: ${FILE} is not what ${SPEC} says. Run: npm run types`);
    return 1;
  }
  return 0;
}
