/** `causeway version`: what runs here. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lz4Package } from "../bytes/lz4.ts";
import { zstdPackage } from "../bytes/zstd.ts";

export type VersionInfo = { readonly version: string; readonly lz4: string; readonly zstd: string; readonly node: string };

export function versionInfo(): VersionInfo {
  return { version: readPackageVersion(), lz4: lz4Package, zstd: zstdPackage ?? "none", node: process.versions.node };
}

/** From the nearest package.json above: the same from sources, from dist/ and installed. */
function readPackageVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string };
  return version;
}
