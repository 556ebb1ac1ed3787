import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { assertAccessible, CONTRAST } from './dashboard.ts';

/** Holds a page against the rules in light and in dark, and at the width of a small telephone. */
export async function assertGood(page: Page): Promise<void> {
  const size = page.viewportSize();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await assertAccessible(page, colorScheme === 'dark' ? CONTRAST : undefined);
  }
  await page.setViewportSize({ width: 360, height: 800 });
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
  if (size !== null) await page.setViewportSize(size);
}
