/** Programs that look at deploy/, run to their end; what is not here is named, so that its tests can be skipped by that name. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findTool } from "./find-tool.mjs";

export const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));

export class Tool {
  readonly path: string | undefined;

  constructor(...names: readonly string[]) {
    this.path = findTool(...names);
  }

  get isMissing(): boolean {
    return this.path === undefined;
  }

  /** What it said; rejects with that when it ends with another exit code than 0. */
  async run(...args: readonly string[]): Promise<string> {
    try {
      const { stdout, stderr } = await promisify(execFile)(this.path!, [...args], { cwd: DEPLOY, maxBuffer: 64 * 1024 * 1024 });
      return stdout + stderr;
    } catch (error) {
      const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
      throw new Error(`${message}\n${stdout ?? ""}${stderr ?? ""}`);
    }
  }
}
