import { connect, type Socket } from 'node:net';
import { until } from '../setup/until.ts';
import type { Cleanup } from '../setup/last-first.ts';

export type RawClient = {
  socket: Socket;
  send(bytes: string | Buffer): void;
  /** Everything that came so far. */
  text(): string;
  /** Waits for the server to end the connection. @returns everything that came. */
  ended(): Promise<string>;
};

/** A TCP connection to the server at `url`, to send anything at all. */
export function rawClient(t: Cleanup, url: string, bytes: string | Buffer = ''): RawClient {
  const { port, hostname } = new URL(url);
  let text = '';
  let closed = false;
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  socket.setEncoding('latin1').on('data', (part: string) => (text += part));
  socket.on('error', () => {}).on('close', () => (closed = true));
  t.after(() => void socket.destroy());
  return {
    socket,
    send: (more) => void socket.write(more),
    text: () => text,
    ended: async () => {
      await until('the server ends the connection', () => closed);
      return text;
    },
  };
}

export type ParsedAnswer = { status: number; headers: Record<string, string>; json: unknown };

/** The answers in what a connection brought, each with a Content-Length. */
export function answersIn(text: string): ParsedAnswer[] {
  const answers: ParsedAnswer[] = [];
  for (let rest = text; rest !== '';) {
    const head = rest.indexOf('\r\n\r\n');
    const [first = '', ...lines] = rest.slice(0, head).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.split(': ')[0]?.toLowerCase() ?? '',
        line.split(': ').slice(1).join(': '),
      ]),
    );
    const end = head + 4 + Number(headers['content-length'] ?? 0);
    const body = rest.slice(head + 4, end);
    answers.push({
      status: Number(first.split(' ')[1]),
      headers,
      json: body === '' ? undefined : JSON.parse(body),
    });
    rest = rest.slice(end);
  }
  return answers;
}
