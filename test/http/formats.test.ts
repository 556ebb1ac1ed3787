import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FORMATS } from '../../src/http/middleware/formats.ts';

const TABLE: Record<string, { good: string[]; bad: string[] }> = {
  uuid: {
    good: [
      '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
      '3A6F1C52-8D0E-4B7A-9C41-5E2F7D8B6A10',
      '00000000-0000-0000-0000-000000000000',
    ],
    bad: [
      '',
      'abc',
      '3a6f1c528d0e4b7a9c415e2f7d8b6a10',
      '{3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10}',
      'urn:uuid:3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
      '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a1',
      '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a100',
      '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a1g',
      '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10\n',
      ' 3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
    ],
  },
  'date-time': {
    good: [
      '2026-03-08T20:41:25Z',
      '2026-03-08T20:41:25.1Z',
      '2026-03-08T20:41:25.123456789Z',
      '2026-03-08T20:41:25.1234567890Z',
      '2026-03-08t20:41:25z',
      '2021-03-08T20:41:25-22:06',
      '2026-03-08T20:41:25+23:59',
      '2016-12-31T23:59:60Z',
      '0000-02-29T00:00:00Z',
      '2024-02-29T00:00:00+14:00',
      '2000-02-29T00:00:00-00:00',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
    ],
    bad: [
      '',
      '2026-03-08',
      '2026-03-08T20:41:25',
      '2026-03-08 20:41:25Z',
      '2026-03-08T20:41Z',
      '2026-03-08T20:41:25.Z',
      '2026-03-08T24:00:00Z',
      '2026-03-08T20:60:00Z',
      '2026-03-08T20:41:60Z',
      '2026-02-29T00:00:00Z',
      '1900-02-29T00:00:00Z',
      '2026-04-31T00:00:00Z',
      '2026-00-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-00T00:00:00Z',
      '2026-03-08T20:41:25+24:00',
      '2026-03-08T20:41:25+23:60',
      '2026-03-08T20:41:25+015:00',
      '-001-03-08T20:41:25Z',
      '2026-03-08T20:41:25+1:00',
      '2026-03-08T20:41:25+0100',
      '+12026-03-08T20:41:25Z',
      '2026-03-08T20:41:25Z\n',
    ],
  },
  uri: {
    good: [
      'http://example.com',
      'https://example.com/a/b?c=d#e',
      'HTTPS://EXAMPLE.COM',
      'http://localhost:9099',
      'http://127.0.0.1/',
      'http://[::1]:8080/x',
      'http://user:pass@example.com/',
      'https://bücher.example/straße',
      'https://example.com/%20%0A',
      'http://example.com:65535/',
    ],
    bad: [
      '',
      'example.com',
      '/path',
      '//example.com/path',
      'localhost:9099',
      'ftp://example.com',
      'mailto:a@example.com',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'http:',
      'http://',
      'http:///path',
      'http://?query',
      'http:example.com',
      'http:/example.com',
      'http:\\\\example.com',
      'http://example.com\\path',
      'http://example.com/a b',
      ' http://example.com',
      'http://example.com\n',
      'http://example.com/\t',
      'http://example.com/\0',
      'http://example.com/\u0085',
      'http://example.com:65536/',
      'http://example.com:port/',
      'http://[::1/',
      'http://exa mple.com',
      'http://256.256.256.256/',
      'http://example.com/\ud800',
    ],
  },
  text: {
    good: ['', 'abc', ' \t\r\n', '\u0001\u007f', 'ключ 🦀', '\ufeff\ufffd\uffff'],
    bad: ['\0', 'a\0b', '\ud800', 'a\udc00b', '\udc00\ud800'],
  },
};

for (const [format, { good, bad }] of Object.entries(TABLE)) {
  suite(`the format ${format}`, () => {
    for (const value of good)
      test(`${JSON.stringify(value)} → valid`, () => assert.equal(FORMATS[format]?.(value), true));
    for (const value of bad)
      test(`${JSON.stringify(value)} → not valid`, () =>
        assert.equal(FORMATS[format]?.(value), false));
  });
}
