import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { keepScreenshot } from './chromium.ts';
import { assertAccessible, CONTRAST } from './dashboard.ts';

/**
 * Holds a page against the rules of axe in light and dark, and against a screen of 360 pixels, on
 * which nothing may be wider than the screen. `name`: of the screenshots.
 */
export async function assertLooksRight(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1280, height: 1600 };
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await assertAccessible(page, colorScheme === 'dark' ? CONTRAST : undefined);
    await keepScreenshot(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 1600 });
  const width = await page.evaluate('document.documentElement.scrollWidth');
  await keepScreenshot(page, `${name}-small`);
  assert.ok(Number(width) <= 360, `${name} is ${String(width)} pixels wide`);
  await page.setViewportSize(size);
}
