import { expect, test } from "vitest";
import { formatHostPort, isLoopback, parseGatewayUrl, parseHostPort, parseRedisUrl } from "../../../src/topology/address.ts";

test("host:port", () => {
  expect(parseHostPort("127.0.0.1:7400")).toEqual({ host: "127.0.0.1", port: 7400 });
  expect(parseHostPort("[::1]:7400")).toEqual({ host: "::1", port: 7400 });
  for (const text of ["", "7400", "host", "host:0", "host:65536", "::1:7400", "ws://host:1", "a b:1"])
    expect(parseHostPort(text)).toBeUndefined();
});

test("only rediss:// and wss:// mean TLS", () => {
  expect(parseRedisUrl("redis://host:1")).toEqual({ host: "host", port: 1, tls: false });
  expect(parseRedisUrl("rediss://host")).toEqual({ host: "host", port: 6379, tls: true });
  expect(parseGatewayUrl("ws://[::1]:7400")).toEqual({ host: "::1", port: 7400, tls: false });
  expect(parseGatewayUrl("wss://host/")).toEqual({ host: "host", port: 443, tls: true });
});

test("a URL says where, and nothing else", () => {
  for (const text of ["redis://user:pw@host", "redis://host/1", "redis://host?db=1", "http://host", "redis://", "host:6379"]) {
    expect(parseRedisUrl(text)).toBeUndefined();
  }
  expect(parseGatewayUrl("ws://host:1/link")).toBeUndefined();
});

test("loopback and formatting", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1"]) expect(isLoopback(host)).toBe(true);
  for (const host of ["10.0.0.1", "127.example.com", "0.0.0.0", "localhost.example.com"]) expect(isLoopback(host)).toBe(false);
  expect(formatHostPort({ host: "::1", port: 1 })).toBe("[::1]:1");
});
