/** `causeway version`: what runs here. */
import { readFileSync } from "node:fs";
import { lz4Package } from "../bytes/lz4.ts";
import { zstdPackage } from "../bytes/zstd.ts";
import { installedPath } from "../runtime/installed.ts";

export type VersionInfo = { readonly version: string; readonly lz4: string; readonly zstd: string; readonly node: string };

export function versionInfo(): VersionInfo {
  return { version: readPackageVersion(), lz4: lz4Package, zstd: zstdPackage ?? "none", node: process.versions.node };
}

function readPackageVersion(): string {
  const { version } = JSON.parse(readFileSync(installedPath("package.json"), "utf8")) as { readonly version: string };
  return version;
}
