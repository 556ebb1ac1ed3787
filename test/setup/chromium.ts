import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { lastFirst, type Cleanup } from './last-first.ts';

const CHROMIUM = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== '' && existsSync(file));

/** For the `skip` of a suite. */
export const withoutChromium =
  CHROMIUM === undefined && 'no Chromium is installed; CHROMIUM_PATH says where one is';

/** Where a screenshot of each test goes; nowhere where it is not set. */
const SCREENSHOTS = process.env['POSTMAND_TEST_SCREENSHOTS'];

/**
 * An empty page, and everything that went wrong on it so far: errors, refusals of its policy,
 * requests to anywhere else than `url`. `options` say who looks.
 */
export async function openBrowser(
  t: Cleanup,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[] }> {
  const context = await openContext(options);
  lastFirst(t).after(() => closeContext(context));
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // A page takes back what it asked for when somebody leaves it.
    if (reason !== 'net::ERR_ABORTED') faults.push(`${request.url()}: ${reason}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      faults.push(`asked for ${request.url()}`);
  });
  return { page, faults };
}

/** To start a browser takes longer than most tests: those of a file share one. */
let running: Promise<Browser> | undefined;
let open = 0;
let closing: NodeJS.Timeout | undefined;

/** For so long a browser waits for the next test, in milliseconds. */
const LINGER_MS = 1000;

async function openContext(options: BrowserContextOptions): Promise<BrowserContext> {
  clearTimeout(closing);
  open += 1;
  running ??= chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
  const browser = await running;
  return browser.newContext({ viewport: { width: 1280, height: 1600 }, ...options });
}

async function closeContext(context: BrowserContext): Promise<void> {
  await context.close();
  open -= 1;
  if (open === 0) closing = setTimeout(() => void closeBrowser(), LINGER_MS);
}

async function closeBrowser(): Promise<void> {
  const browser = await running;
  running = undefined;
  await browser?.close();
}

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS !== undefined)
    await page.screenshot({
      path: path.join(SCREENSHOTS, `${name}.png`),
      fullPage: false,
    });
}
