import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router, type RequestHandler } from 'express';
import type { Spec, SpecDocument } from '../spec.ts';

/**
 * The page may load its own files and call its own server, nothing else. Swagger UI draws with
 * inline style attributes and data: images.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Postmand API</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" type="image/png" href="favicon-32x32.png" sizes="32x32">
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="init.js"></script>
</body>
</html>
`;

const INIT = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true });
`;

/** Resolved only: the package, imported, would load the script of its page into this process. */
const FOLDER = path.dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/swagger-ui.css')));

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-16x16.png', 'favicon-32x32.png'];

/**
 * openapi.yaml and openapi.json, and the interactive documentation, which needs nothing from
 * elsewhere.
 */
export function docs({ yaml, document }: Spec): RequestHandler {
  const json = JSON.stringify(document);
  const pageJson = JSON.stringify(withoutFilledInFilters(document));
  const router = Router({ caseSensitive: true });
  router.get('/openapi.yaml', (_req, res) => void res.type('application/yaml').send(yaml));
  router.get(
    ['/openapi.json', '/swagger/doc.json'],
    (_req, res) => void res.type('application/json').send(json),
  );
  router.get(['/swagger', '/swagger/'], (_req, res) => res.redirect('/swagger/index.html'));
  router.get(
    '/swagger/index.html',
    (_req, res) => void res.set('Content-Security-Policy', PAGE_POLICY).type('html').send(PAGE),
  );
  router.get(
    '/swagger/openapi.json',
    (_req, res) => void res.type('application/json').send(pageJson),
  );
  router.get('/swagger/init.js', (_req, res) => void res.type('text/javascript').send(INIT));
  for (const file of ASSETS)
    router.get(`/swagger/${file}`, (_req, res) =>
      res.sendFile(path.join(FOLDER, file), { maxAge: '1h' }),
    );
  // No route of it takes a POST: most requests of the API need not be compared with them.
  return (req, res, next) => (req.method === 'POST' ? next() : router(req, res, next));
}

type Parameter = { required?: boolean; example?: unknown; schema?: { type?: unknown } };

/**
 * Swagger UI fills in the examples of parameters. Those of optional ones would filter a first try
 * down to nothing. For an object without an example it makes one up, and so that is empty.
 */
function withoutFilledInFilters(document: SpecDocument): SpecDocument {
  const { parameters = {}, ...components } = document.components as {
    parameters?: Record<string, Parameter>;
  };
  const plain = Object.entries(parameters).map(([name, { example, ...parameter }]) => {
    if (parameter.required) return [name, { ...parameter, example }];
    return [name, parameter.schema?.type === 'object' ? { ...parameter, example: {} } : parameter];
  });
  return {
    ...document,
    components: { ...components, parameters: Object.fromEntries(plain) as object },
  };
}
