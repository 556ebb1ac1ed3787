import { request, type Agent } from 'node:http';

export type Answer = { status: number; text: string };

export type Call = {
  method: string;
  url: string;
  body?: string | undefined;
  headers?: Record<string, string>;
};

/** One HTTP request with a JSON body. Rejects where no complete answer comes. */
export function call(agent: Agent, { method, url, body, headers: own }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? { ...own }
        : { ...own, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { agent, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Any 2xx: one system accepts with a 201, another one with a 202. */
export const isSuccess = (status: number): boolean => status >= 200 && status < 300;
