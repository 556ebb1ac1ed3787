import { EventEmitter } from 'node:events';
import { StatementNames } from './statement-names.ts';

type Events = {
  /** Connections of earlier generations are useless now. */
  outdated: [];
  /** The server that new connections lead to may not be written any more, or may again. */
  turned: [readOnly: boolean];
  /** Sessions do not keep what is prepared in them: no statement has a name any more. */
  unnamed: [];
};

/**
 * What the connections of a process have found out together about the server that they lead to.
 * What is wrong with one of them may be wrong with all that were opened before. What the first one
 * finds out counts for them too, so that not each has to fail.
 */
export class ServerState extends EventEmitter<Events> {
  /** Of the statements of all pools. */
  readonly names = new StatementNames();
  #generation = 0;
  #readOnly = false;

  /** Of connections that are opened now. */
  get generation(): number {
    return this.#generation;
  }

  /** A connection of this generation is useless now, and all that are as old may be useless too. */
  outdate(generation: number): void {
    // An older generation was found to be useless before, and newer connections may lead to another
    // server.
    if (generation < this.#generation) return;
    this.#generation += 1;
    this.emit('outdated');
  }

  /** A connection found out whether the server may be written. */
  foundReadOnly(readOnly: boolean): void {
    if (readOnly === this.#readOnly) return;
    this.#readOnly = readOnly;
    this.emit('turned', readOnly);
  }

  /** A session did not have a statement that was prepared, or had one that was not. */
  loseNames(): void {
    if (this.names.turnOff()) this.emit('unnamed');
  }
}
