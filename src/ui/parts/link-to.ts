import { html, type View } from '../html.ts';

/** The URL of a webhook: a link where a browser can follow it safely, and text otherwise. */
export function LinkTo({ url }: { url: string }): View {
  if (!/^https?:\/\//i.test(url)) return html`<span class="wrap">${url}</span>`;
  return html`<a class="wrap" href=${url} rel="noreferrer noopener" target="_blank">${url}</a>`;
}
