import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../../", import.meta.url)),
    include: ["test/**/*.test.ts"],
    // Tests that start the built gateway need a fresh dist/.
    globalSetup: ["test/support/vitest-global-setup.ts"],
    pool: "forks",
    // Integration tests start real servers; two at a time is what two cores carry.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: ["default"],
  },
});
