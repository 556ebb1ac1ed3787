import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { DashboardFiles } from '../dashboard/files.ts';
import { dashboardPage } from '../dashboard/page.ts';
import { ENCODINGS, type ServedFile } from '../dashboard/served-file.ts';

/** For what never changes below its path: a year, in seconds. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The dashboard at `/ui/`. Its files are open to whoever reaches the server, as the page has to ask
 * for an API key; what it shows it gets from the API, with that key.
 */
export function dashboard(served: DashboardFiles): RequestHandler {
  const { html, policy } = dashboardPage(served);
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/ui', (_req, res) => res.redirect('/ui/'));
  router.get('/ui/', (_req, res) => {
    res.set({ 'Content-Security-Policy': policy, 'Cache-Control': 'no-cache' });
    res.set('Referrer-Policy', 'no-referrer').type('html').send(html);
  });
  router.get(`/ui/${served.version}/*path`, async (req, res, next) => {
    const file = served.files.get(req.path.slice(`/ui/${served.version}/`.length));
    if (file === undefined) return next();
    await send(req, res, file);
  });
  return (req, res, next) => (req.path.startsWith('/ui') ? router(req, res, next) : next());
}

async function send(req: Request, res: Response, file: ServedFile): Promise<void> {
  res.set({ 'Content-Type': file.type, 'Cache-Control': FOR_EVER, Vary: 'Accept-Encoding' });
  const encoding = ENCODINGS.find((one) => req.acceptsEncodings(one) === one);
  if (encoding === undefined) return void res.send(file.text);
  const body = await file.as(encoding);
  res.set('Content-Encoding', encoding).send(body);
}
