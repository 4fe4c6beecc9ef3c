#!/usr/bin/env node
/** The command `causeway`. The engine is set up before there is anything to load: its young generation would already have grown. */
import "./runtime/engine.ts";

await import("./command.ts");
