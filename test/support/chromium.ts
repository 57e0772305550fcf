import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

/** Where Chromium is, and what its process needs in its environment. */
export type ChromiumInstall = { executablePath: string; env: Record<string, string> };

const run = promisify(execFile);
const unpackScript = fileURLToPath(new URL("./unpack-chromium.ts", import.meta.url));

/**
 * Unpacks Chromium from its npm package into a folder. To be done once for all who will launch it:
 * the package takes a file that another process is still writing for a finished one.
 */
export async function unpackChromium(folder: string): Promise<ChromiumInstall> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("The browser tests run on Linux with x64: Chromium's package is for no other.");
  }
  await mkdir(folder, { recursive: true });
  await run(process.execPath, [unpackScript], { env: { ...process.env, TMPDIR: folder } });
  const executablePath = join(folder, "chromium");
  const env = {
    ...(await libraryEnvironment(executablePath, join(folder, "al2023", "lib"))),
    ...(await fontEnvironment(folder)),
  };
  return { executablePath, env };
}

/** Starts Chromium without a window. */
export async function launchChromium({ executablePath, env }: ChromiumInstall): Promise<Browser> {
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    // Not the package's own arguments: they switch off the same-origin policy and site isolation,
    // which these tests are to hold the pages to. The sandbox against the pages' own code stays
    // off, as Playwright has it: root and most containers cannot have one.
    args: ["--disable-gpu", "--no-first-run"],
  });
}

/** The machine's own libraries where they are complete; those of the package on a bare machine. */
async function libraryEnvironment(
  executablePath: string,
  libraries: string,
): Promise<Record<string, string>> {
  const startsWith = (env: Record<string, string>) =>
    run(executablePath, ["--version"], { env: { ...process.env, ...env } });
  try {
    await startsWith({});
    return {};
  } catch {
    const env = { LD_LIBRARY_PATH: libraries };
    await startsWith(env);
    return env;
  }
}

/**
 * The package's fonts, on every machine: without any font Chromium draws no text, and with the same
 * ones a page is as wide everywhere. The package's own configuration names folders of a cloud
 * provider.
 */
async function fontEnvironment(folder: string): Promise<Record<string, string>> {
  const fonts = join(folder, "fonts");
  const configuration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${join(folder, "font-cache")}</cachedir></fontconfig>
`;
  await writeFile(join(fonts, "fonts.conf"), configuration);
  return { FONTCONFIG_PATH: fonts };
}
