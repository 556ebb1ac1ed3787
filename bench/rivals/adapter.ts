import type { Call } from '../http.ts';

/** What a system needs beside PostgreSQL. */
export type StoreName = 'redis' | 'rabbitmq';

/** What an adapter is given: the program of the user, stores that run, and free ports. */
type Given = {
  binary: string | undefined;
  databaseUrl: string;
  /** URLs of the stores that it asked for. */
  stores: Record<StoreName, string>;
  /** Ports of 127.0.0.1, for the API and up to three programs' health. */
  ports: number[];
};

/** A program of a system. It is ready when `readyUrl` answers with a 2xx. */
export type Program = {
  name: string;
  command: string[];
  env: Record<string, string>;
  readyUrl: string;
};

/** One life of a system, on an empty database. Nothing of it runs yet. */
export type System = {
  /** Prints its version. */
  version: string[];
  /** Commands that prepare the database, in this order, with the environment of the programs. */
  migrate: string[][];
  /** In the order in which they start; the first one has the API. */
  programs: Program[];
  /** Looks at what the commands of `migrate` printed; called before the programs start. */
  onMigrated?: (printed: string) => void;
  /** @returns what `post` calls the new endpoint, number `number`, with this URL. */
  createEndpoint(url: string, number: number): Promise<string>;
  /** The request that hands a payload, a JSON text, over for that endpoint. */
  post(endpoint: string, payload: string): Call;
};

/** How one system is run as it documents it for production. */
export type Adapter = {
  /** What --binary names. */
  binary: string;
  stores: StoreName[];
  /** Where it documents its production configuration. */
  documented: string[];
  /** What was set to another value than its default or its documentation has, and why. */
  changed: string[];
  /** When it says that it has accepted: what is safe then. */
  accepted: string;
  open(given: Given): System;
};

/** Everybody has 5 s for an attempt, and retries so many seconds after the failed one. */
export const ATTEMPT_SECONDS = 5;
export const RETRY_SECONDS = [10, 20, 40, 60];
