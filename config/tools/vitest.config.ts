import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

/** Many faults one by one, and some that must last: only with `--mode faults`, which runs every fault test and nothing else. */
const LONG = "test/fault/long/**";
/** Needs programs that only test/deploy/setup.mjs installs: only with `--mode deploy`. */
const DEPLOY = "test/deploy/**";
/** Needs a browser: only with `--mode page`. */
const PAGE = "test/page/**";

const INCLUDED: Readonly<Record<string, string>> = {
  faults: "test/fault/**/*.test.ts",
  deploy: `${DEPLOY}/*.test.ts`,
  page: `${PAGE}/*.test.ts`,
};

export default defineConfig(({ mode }) => ({
  test: {
    root: fileURLToPath(new URL("../../", import.meta.url)),
    include: [INCLUDED[mode] ?? "test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(mode in INCLUDED ? [] : [LONG, DEPLOY, PAGE])],
    // Tests that start the built gateway need a fresh dist/.
    globalSetup: ["test/support/vitest-global-setup.ts"],
    pool: "forks",
    // Integration tests start real servers and wait for them much of their time: three files at a time keep two cores busy.
    maxWorkers: 3,
    testTimeout: mode in INCLUDED ? 300_000 : 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: ["default"],
  },
}));
