/**
 * Unpacks Chromium, its fonts and the libraries it needs into the folder for temporary files. The
 * package can unpack nowhere else, so this is a process of its own, with a TMPDIR of its own.
 */
import { fileURLToPath } from "node:url";
import chromium, { inflate } from "@sparticuz/chromium";

await chromium.executablePath();
// The package itself unpacks these on a cloud provider's machines only.
const libraries = new URL("../bin/al2023.tar.br", import.meta.resolve("@sparticuz/chromium"));
await inflate(fileURLToPath(libraries));
