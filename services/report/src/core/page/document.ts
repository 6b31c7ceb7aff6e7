/** What is around every page: its policy, its style, its title. */
import { createHash } from 'node:crypto';
import { Html, html } from './html.ts';
import { STYLE } from './style.ts';

/** Nothing may be loaded or run, whatever stands in the page; of styles only ours. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** Ours, and so not escaped: the policy is of these very bytes. */
const STYLE_PART = new Html(STYLE);

export function documentOf(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${STYLE_PART}</style></head>
<body><a class="skip" href="#main">Skip to the report</a>
${body}</body></html>
`.text;
}
