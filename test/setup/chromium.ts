import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
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
  const profile = await mkdtemp(path.join(tmpdir(), 'postmand-chromium-'));
  lastFirst(t).after(() => rm(profile, { recursive: true, force: true, maxRetries: 10 }));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
    viewport: { width: 1280, height: 1600 },
    ...options,
  });
  lastFirst(t).after(() => browser.close());
  const page = await browser.newPage();
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

export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS !== undefined)
    await page.screenshot({
      path: path.join(SCREENSHOTS, `${name}.png`),
      fullPage: process.env['FULL'] === '1',
    });
}
