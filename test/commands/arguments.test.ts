import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { ending } from './processes.ts';

suite('arguments', { concurrency: 4 }, () => {
  const WRONG: [when: string, args: string[], message: RegExp][] = [
    ['an unknown command', ['deliver'], /unknown command 'deliver'/],
    ['an unknown command under migrate', ['migrate', 'sideways'], /sideways|too many arguments/],
    ['an argument too many', ['server', 'now'], /too many arguments/],
    ['an argument too many for start', ['start', 'worker'], /too many arguments/],
    ['an unknown option', ['worker', '--fast'], /unknown option '--fast'/],
    ['a command in other letters', ['Server'], /unknown command 'Server'/],
    ['redeliver without saying which', ['redeliver'], /error: Say which deliveries: .*--since/],
    [
      'a reason to fail of those that succeeded',
      ['redeliver', '--status', 'succeeded', '--failed-reason', 'expired'],
      /error: --failed-reason goes with --status failed only/,
    ],
    [
      'no time',
      ['redeliver', '--since', 'yesterday'],
      /'--since <time>'.*such as 2026-11-26T10:00Z/,
    ],
    ['no id', ['redeliver', '--ids', 'x'], /'--ids <id...>'.*It must be an id/],
    [
      'a rate too high',
      ['redeliver', '--status', 'failed', '--rate', '1001'],
      /whole number from 1 to 1000/,
    ],
    ['failed and succeeded', ['tail', '--failed', '--succeeded'], /--failed' cannot be used with/],
    ['no status', ['tail', '--status', '5x'], /It must be statuses such as 404, 5xx or none/],
    [
      'no type of events',
      ['tail', '--event-type', 'order.'],
      /It must be a name such as order.paid/,
    ],
    [
      'forward without a webhook',
      ['forward', '--to', 'http://a'],
      /--webhook <webhook>' not specified/,
    ],
    [
      'forward to no URL',
      ['forward', '--webhook', '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10', '--to', 'localhost:3000'],
      /It must be a URL such as http:\/\/localhost:3000/,
    ],
    [
      'an item without the command',
      ['webhooks', 'Orders'],
      /no command 'Orders'\. To show one: postmand webhooks show 'Orders'/,
    ],
    ['no id to watch', ['operations', 'watch'], /argument 'id'\n\(postmand operations --help/],
  ];
  for (const [when, args, message] of WRONG) {
    test(`${when} → exit 2 with a message`, async (t) => {
      const command = postmand(t, args);
      assert.deepEqual(await ending(command), { code: 2, signal: null });
      assert.match(command.output.stderr, message);
      assert.equal(command.output.stdout, '');
    });
  }

  test('no command → exit 2 and the help', async (t) => {
    const command = postmand(t, []);
    assert.equal((await ending(command)).code, 2);
    assert.match(command.output.stderr, /Usage: postmand/);
  });

  for (const args of [['--help'], ['-h'], ['help']]) {
    test(`${args.join()} → exit 0, and every command is shown`, async (t) => {
      const command = postmand(t, args);
      assert.equal((await ending(command)).code, 0);
      for (const name of ['migrate|m', 'server|s', 'worker|w', 'start', 'redeliver'])
        assert.ok(command.output.stdout.includes(name), name);
      assert.equal(command.output.stderr, '');
    });
  }

  test('--version → exit 0 and the version of package.json', async (t) => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const command = postmand(t, ['--version']);
    assert.equal((await ending(command)).code, 0);
    assert.equal(command.output.stdout.trim(), version);
  });

  for (const [alias, event] of [
    ['m', 'migrate.done'],
    ['s', 'server.started'],
    ['w', 'worker.started'],
  ] as const) {
    test(`${alias} → ${event}`, async (t) => {
      const { url } = await freshDatabase(t);
      const command = postmand(t, [alias], { env: { POSTMAND_DATABASE_URL: url } });
      await command.event(event);
      if (alias === 'm') assert.equal((await ending(command)).code, 0);
      else assert.deepEqual(await command.end(), { code: 0, signal: null });
    });
  }
});
