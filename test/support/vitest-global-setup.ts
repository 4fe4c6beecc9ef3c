import { build } from "./build.mjs";

export default function buildOnce(): void {
  build();
}
