import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { readDashboard, type DashboardFiles } from '../../src/http/dashboard/files.ts';
import { openBrowser } from './chromium.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { startApi, type Api } from './service.ts';

export const DASHBOARD_KEY = 'a-key-for-the-dashboard';

export type DashboardInBrowser = {
  api: Api;
  database: TestDatabase;
  page: Page;
  /** Everything that went wrong on the page so far. */
  faults: string[];
};

/** Its files are the same for all tests of a process. */
let files: Promise<DashboardFiles> | undefined;
const dashboardFiles = (): Promise<DashboardFiles> => (files ??= readDashboard());

/** The dashboard in a browser, on an API without a key, with an empty database. */
export async function openDashboard(t: TestContext, place = ''): Promise<DashboardInBrowser> {
  const database = await freshDatabase(t);
  const api = await startApi(t, database, { dashboard: await dashboardFiles() });
  const { page, faults } = await openBrowser(t, api.url);
  await page.goto(`${api.url}/ui/#/${place}`);
  return { api, database, page, faults };
}

/** The same on an API that asks for `DASHBOARD_KEY`. */
export async function openLockedDashboard(t: TestContext): Promise<DashboardInBrowser> {
  const database = await freshDatabase(t);
  const api = await startApi(t, database, {
    dashboard: await dashboardFiles(),
    apiKeyDigests: [createHash('sha256').update(DASHBOARD_KEY).digest('hex')],
  });
  const { page, faults } = await openBrowser(t, api.url);
  await page.goto(`${api.url}/ui/`);
  return { api, database, page, faults };
}

/** What colours alone decide. */
export const CONTRAST = ['color-contrast'];

type AxeResult = { id: string; impact: string | null; nodes: { html: string }[] };

/**
 * Holds the page against the rules of axe for WCAG 2.2 A and AA. The script goes in by the
 * debugger, so that the page's own policy stays as it is. `rules`: these alone.
 */
export async function assertAccessible(page: Page, rules?: string[]): Promise<void> {
  await page.evaluate(await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
  const violations = await page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: object) => Promise<{ violations: AxeResult[] }> };
    };
    const options = { resultTypes: ['violations'], ...(runOnly ? { runOnly } : {}) };
    return (await axe.run(options)).violations;
  }, rules);
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(
    serious.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]),
    [],
  );
}
