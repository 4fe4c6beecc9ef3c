/**
 * How ioredis is used: one connection, one attempt, no reconnecting. It repeats nothing by itself, because a repeated command could
 * be a second effect, and asks for no rights that a user need not have (CLIENT SETINFO).
 */
import type { ConnectionOptions } from "node:tls";
import type { RedisOptions } from "ioredis";

export type RedisEndpoint = {
  readonly host: string;
  readonly port: number;
  /** Present: TLS. Given to node:tls as it is. */
  readonly tls?: ConnectionOptions | undefined;
};

export type RedisTimeouts = { readonly connectMs: number; readonly commandMs: number };

/** Without login and database: those are the caller's. */
export function redisOptions({ host, port, tls }: RedisEndpoint, { connectMs, commandMs }: RedisTimeouts) {
  return {
    host,
    port,
    ...(tls && { tls }),
    protocol: 2,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
  } as const satisfies RedisOptions;
}
