// Starts the Slack of `emulate` on the port and with the seed given as arguments, until it is killed.

import { createEmulator } from "emulate";

const [port, seed] = process.argv.slice(2);
await createEmulator({ service: "slack", port: Number(port), seed: { slack: JSON.parse(seed) } });
