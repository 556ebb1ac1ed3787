import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openBrowser } from '../../test/setup/chromium.ts';
import type { Cleanup } from '../../test/setup/last-first.ts';
import { withPalette } from './png.ts';
import type { Told } from './traffic.ts';

const IMAGES = fileURLToPath(new URL('../images/', import.meta.url));

type Picture = {
  name: string;
  /** Where it is taken, behind `#/`. */
  place: string;
  height: number;
  dark?: boolean;
  /** Waits until all of it is there. */
  ready: (page: Page) => Promise<unknown>;
};

function picturesOf({ webhook, failed }: Told): Picture[] {
  const charts = (page: Page) => page.locator('.plot canvas').nth(1).waitFor();
  return [
    {
      ...{ name: 'attention', place: '', height: 880 },
      ready: (page) => page.getByRole('heading', { name: 'Today' }).waitFor(),
    },
    { name: 'webhook', place: `webhooks/${webhook.id}`, height: 1105, ready: charts },
    {
      ...{ name: 'webhook-dark', place: `webhooks/${webhook.id}`, height: 1105 },
      dark: true,
      ready: charts,
    },
    {
      ...{ name: 'delivery', place: `deliveries/${failed.id}`, height: 1060 },
      ready: async (page) => {
        await page.getByRole('heading', { name: 'Delivery to Loyalty points' }).waitFor();
        await page.getByRole('heading', { name: 'Response' }).waitFor();
      },
    },
    {
      ...{ name: 'search', place: 'deliveries?metadata.region=eu&status=failed', height: 720 },
      ready: async (page) => {
        await page.getByRole('row').nth(2).waitFor();
        await page.getByRole('button', { name: 'Count', exact: true }).click();
        await page.getByText('4 match').waitFor();
      },
    },
  ];
}

/** Takes them all, 1280 wide. @throws where anything went wrong on a page */
export async function takePictures(t: Cleanup, url: string, told: Told): Promise<void> {
  const { page, faults } = await openBrowser(t, url, { locale: 'en-GB', timezoneId: 'UTC' });
  for (const { name, place, height, dark = false, ready } of picturesOf(told)) {
    await page.setViewportSize({ width: 1280, height });
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
    await page.goto(`${url}/ui/#/${place}`);
    await ready(page);
    const png = await page.screenshot({ animations: 'disabled' });
    await writeFile(`${IMAGES}${name}.png`, withPalette(png));
    process.stdout.write(`docs/images/${name}.png\n`);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}
