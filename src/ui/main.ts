import { render } from 'preact';
import { html, type View } from './html.ts';
import { pageOf } from './page-of.ts';
import { Bounded } from './parts/bounded.ts';
import { KeyForm } from './parts/key-form.ts';
import { Shell } from './parts/shell.ts';
import { route } from './route.ts';
import { isLocked } from './session.ts';

/** The dashboard: a client of the API in a browser, which keeps nothing but the key of its tab. */
function Dashboard(): View {
  if (isLocked.value) return html`<${KeyForm} />`;
  const place = route.value.parts.join('/');
  return html`<${Shell}><${Bounded} key=${place}>${pageOf(route.value)}<//><//>`;
}

const root = document.getElementById('dashboard');
if (root !== null) render(html`<${Dashboard} />`, root);
