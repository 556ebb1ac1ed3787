import { Pool, type PoolClient } from 'pg';
import { DatabaseUnreachable } from './failure.ts';

type OnConnected = (error: Error | undefined, client: PoolClient | undefined, release: PoolClient['release']) => void;

/** A pool that says where no connection could be had. */
export class BoundedPool extends Pool {
  override connect(): Promise<PoolClient>;
  override connect(callback: OnConnected): void;
  override connect(callback?: OnConnected): Promise<PoolClient> | void {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        throw new DatabaseUnreachable(error);
      });
    }
    // The statements that are run on the pool itself come by this way.
    super.connect((error, client) => {
      if (client === undefined) return callback(new DatabaseUnreachable(error), undefined, () => {});
      callback(undefined, client, client.release);
    });
  }
}
