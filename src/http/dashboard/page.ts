import { createHash } from 'node:crypto';
import { PACKAGES, packagePath, type DashboardFiles } from './files.ts';

/** The page that loads the dashboard, and what the browser may let it do. */
export type DashboardPage = { html: string; policy: string };

/** What the page loads is below its version, so that a browser may keep it for ever. */
export function dashboardPage({ version, files }: DashboardFiles): DashboardPage {
  const imports = Object.fromEntries(
    Object.keys(PACKAGES).map((name) => [name, `/ui/${version}/${packagePath(name)}`]),
  );
  const map = JSON.stringify({ imports });
  // Without these a browser would learn of each module from the one that imports it.
  const modules = [...files.keys()].filter((name) => name.endsWith('.ts'));
  const preloads = modules.map(
    (name) => `<link rel="modulepreload" href="/ui/${version}/${name}">`,
  );
  const styles = [...files.keys()].filter((name) => name.endsWith('.css'));
  const links = styles.map((name) => `<link rel="stylesheet" href="/ui/${version}/${name}">`);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Postmand</title>
<link rel="icon" href="data:,">
${links.join('\n')}
<script type="importmap">${map}</script>
${preloads.join('\n')}
<script type="module" src="/ui/${version}/ui/main.ts"></script>
</head>
<body>
<div id="dashboard"></div>
<noscript>The dashboard needs JavaScript. The API works without: see /swagger/index.html.</noscript>
</body>
</html>
`;
  return { html, policy: policyWith(map) };
}

/**
 * The page may load its own files and call its own server, nothing else. Import maps have to stand
 * in the page: this one is allowed by its hash. Pico.css has its symbols as data: images.
 */
function policyWith(importMap: string): string {
  const hash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
