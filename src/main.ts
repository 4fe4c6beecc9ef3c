#!/usr/bin/env node
/**
 * The command `causeway`. The engine is set up before there is anything to load: its young generation would already have grown.
 * Nothing here is newer than Node 12, so that an older one than is needed can say so.
 */
import "./runtime/engine.ts";

/** As in package.json, which a test holds against this and every text. */
const OLDEST = [20, 19] as const;
const UNEQUIPPED = 69;

const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  giveUp(`Causeway needs Node ${OLDEST.join(".")} or newer; this is Node ${process.versions.node}`);
} else {
  import("./command.ts").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND" && error.code !== "MODULE_NOT_FOUND") throw error;
    giveUp(
      `${error.message.split("\n")[0]}; \`npm install\` in Causeway's folder (in a clone: \`npm run setup\`) puts in place what is missing`,
    );
  });
}

function giveUp(sentence: string): void {
  console.error(`causeway: ${sentence}`);
  process.exitCode = UNEQUIPPED;
}
