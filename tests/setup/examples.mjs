// Runs the commands in the READMEs of the examples that need the network: those before the bundle, where pip is used.
// In tests/tools/examples.
import { prepare } from "../runtimes/example.mjs";

try {
  await prepare();
} catch (error) {
  console.error(`examples: ${error.stderr || error.message}`);
  process.exitCode = 1;
}
