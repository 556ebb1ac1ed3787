import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const SPEC = new URL('../../src/http/openapi.json', import.meta.url);

/** Reads the payload of an alarm. @throws where it does not fit openapi.yaml */
export function checkedAlarm(payload: string): unknown {
  const alarm: unknown = JSON.parse(payload);
  if (!fits(alarm)) throw new Error(`${payload}: ${ajv.errorsText(fits.errors)}`);
  return alarm;
}

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
ajv.addFormat('int32', true);
const { components } = JSON.parse(readFileSync(SPEC, 'utf8')) as { components: object };
const fits = ajv.compile({ $ref: '#/components/schemas/Alarm', components });
