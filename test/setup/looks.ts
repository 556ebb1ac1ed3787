import type { Page } from 'playwright-core';
import { keepScreenshot } from './chromium.ts';
import { assertAccessible, CONTRAST } from './dashboard.ts';
import { until } from './until.ts';

/**
 * Holds a page against the rules of axe in light and dark, and against a screen of 360 pixels, on
 * which nothing may be wider than the screen. `name`: of the screenshots.
 */
export async function assertLooksRight(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? { width: 1280, height: 1600 };
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await assertAccessible(page, colorScheme === 'dark' ? CONTRAST : undefined);
    await keepScreenshot(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 1600 });
  // A chart is drawn anew when it learns of the other width.
  await until(`${name} fits into 360 pixels`, async () => {
    const width = await page.evaluate('document.documentElement.scrollWidth');
    return Number(width) <= 360;
  });
  await keepScreenshot(page, `${name}-small`);
  await page.setViewportSize(size);
}
