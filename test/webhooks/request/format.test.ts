import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFault, FORMATS, type Format } from '../../../src/webhooks/request/format.ts';

const PLAIN = { content_type: 'application/json', headers: {} };

for (const format of FORMATS) {
  test(`${format} with headers of other names → it may be had`, () => {
    const headers = { 'X-Ce-Id': '1', Ce: '2', 'cer-x': '3' };
    assert.equal(formatFault({ ...PLAIN, format, headers }), undefined);
  });

  test(`${format} with a header of CloudEvents → ${format === 'raw' ? 'it may be had' : 'refused by its name'}`, () => {
    const fault = formatFault({
      ...PLAIN,
      format,
      headers: { 'X-A': '1', 'CE-Subject': 'secret' },
    });
    assert.equal(
      fault,
      refusal(
        format,
        'headers.CE-Subject: cannot be set: names like it are for what CloudEvents say of an event, as format is',
      ),
    );
  });

  test(`${format} with the content type of a whole event → ${format === 'raw' ? 'it may be had' : 'refused'}`, () => {
    for (const content_type of [
      'application/cloudevents+json',
      'APPLICATION/CloudEvents-batch+json; a=b',
    ]) {
      const fault = formatFault({ ...PLAIN, format, content_type });
      assert.equal(
        fault,
        refusal(format, 'content_type: must be that of the payload, as format is'),
      );
    }
  });
}

function refusal(format: Format, words: string): string | undefined {
  return format === 'raw' ? undefined : `${words} ${format}`;
}
