/**
 * When V8 hands a function to its optimizing compiler. Imported first, for its effect.
 *
 * Node 20's V8 does so after 66 KiB of bytecode have run in it, which here is every function that is called once per record: in the first
 * million commands after a start or a failover, compiling them took 0.6 of the gateways' 2 CPU seconds, more than it saved. What runs per
 * command reaches this limit at once all the same, the rest when it has earned it. (Later versions have a cheaper compiler in between.)
 */
import v8 from "node:v8";

const LIMIT_BYTES = 1_000_000;

if (process.versions.v8.startsWith("11.3.")) v8.setFlagsFromString(`--interrupt-budget=${LIMIT_BYTES}`);
