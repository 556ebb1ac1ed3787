import { Connection, type Client } from 'pg';

/** Longest time that a cancel request may take to get to the server. */
const PATIENCE_MS = 5000;

/**
 * The message consists of its length, this code in place of a protocol version, and the key that
 * the session got when it began.
 */
const CANCEL_REQUEST_CODE = 80_877_102;

/**
 * Asks the server to cancel what the session of `client` is doing, over a connection of its own,
 * encrypted as the session is
 * (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS).
 * The server never says what came of it. @returns whether it took the request.
 */
export function cancelStatement(client: Client): Promise<boolean> {
  const { host, port, ssl, sslNegotiation } = client as Session;
  const connection = new Connection({ ssl, sslNegotiation } as object) as Wire;
  return new Promise((resolve) => {
    let sent = false;
    const finish = () => {
      clearTimeout(timer);
      connection.stream.destroy();
      resolve(sent);
    };
    const timer = setTimeout(() => {
      sent = false;
      finish();
    }, PATIENCE_MS);
    // That the bytes were written does not mean that the server has them: a network that loses
    // everything accepts 16 bytes too. The server closes the connection when it has them.
    const send = () =>
      connection.stream.write(cancelRequest(client as Session), () => (sent = true));
    connection.on('error', finish).on('end', finish);
    if (!ssl) connection.on('connect', send);
    else if (sslNegotiation !== 'direct') connection.on('connect', () => connection.requestSsl());
    connection.on('sslconnect', send);
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}

/** Members that the types of pg do not have. */
type Session = Client & {
  processID: number;
  secretKey: number;
  sslNegotiation: 'postgres' | 'direct';
};
type Wire = Connection & {
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
};

function cancelRequest({ processID, secretKey }: Session): Buffer {
  const request = Buffer.alloc(16);
  request.writeInt32BE(request.length, 0);
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  return request;
}
