/**
 * Nothing a test starts outlives it, however it ends. A small shell, in a session of its own, reads what is alive from a pipe;
 * when the pipe closes (this process has ended, by itself, by Ctrl-C or by kill -9), it kills the processes left and removes the folders.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

const SCRIPT = `
pids=" " dirs=""
while read -r word argument; do
  case $word in
    process) pids="$pids$argument " ;;
    ended) case $pids in *" $argument "*) pids="\${pids%% $argument *} \${pids#* $argument }" ;; esac ;;
    folder) dirs="$dirs$argument
" ;;
  esac
done
[ "$pids" = " " ] || kill -9 $pids 2>/dev/null
printf %s "$dirs" | while read -r dir; do rm -rf "$dir"; done
`;

let pipe: Writable | undefined;

/** Kills the process when this one ends first. */
export function reapProcess(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  tell(`process ${pid}`);
  // The pid may belong to somebody else from here on.
  child.once("exit", () => tell(`ended ${pid}`));
}

/** Removes the folder when this process ends. */
export function reapFolder(path: string): void {
  tell(`folder ${path}`);
}

function tell(line: string): void {
  pipe ??= start();
  pipe.write(`${line}\n`);
}

function start(): Writable {
  const shell = spawn("sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.unref();
  const { stdin } = shell;
  stdin.on("error", () => undefined);
  // A pipe is a socket to Node, and an open socket would keep the process alive.
  (stdin as unknown as { unref(): void }).unref();
  return stdin;
}
