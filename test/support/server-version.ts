import type { Redis } from "ioredis";

/** major.minor as a number, good for comparing: 6.2, 7.4, 8.1. Valkey also says with which Redis it is compatible. */
export type ServerVersion = { readonly redis: number; readonly valkey: number };

export async function versionOf(client: Redis): Promise<ServerVersion> {
  const text = await client.info("server");
  const read = (name: string) => Number(new RegExp(`^${name}_version:(\\d+\\.\\d)`, "m").exec(text)?.[1] ?? 0);
  return { redis: read("redis"), valkey: read("valkey") };
}
