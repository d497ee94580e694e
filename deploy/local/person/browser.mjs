// A browser without a screen: cookies, redirects (also as pages), forms and nothing else. What works here works without JavaScript.
import { JSDOM } from 'jsdom';
import { setTimeout as delay } from 'node:timers/promises';

const redirectsMax = 15;
const requestTimeoutMs = 30_000;

// An answer that a patient person would wait out: the service is down, busy or being restarted.
export class Unavailable extends Error {}

export class Browser {
  #cookies = new Map(); // by host name: like browsers, cookies do not tell ports apart
  #lang;
  requests = 0;

  constructor(lang) {
    this.#lang = lang;
  }

  // The value of a cookie that `url` would be sent.
  cookie(url, name) {
    return this.#cookies.get(new URL(url).hostname)?.get(name);
  }

  // The page at `url`, after redirects.
  open(url) {
    return this.#go(new URL(url), 'GET', null, null);
  }

  // Fills the fields named in `values` into the form that matches `selector`, and presses its (or the named) button.
  submit(page, selector, values = {}, button = null) {
    const form = page.document.querySelector(selector);
    if (!form) throw new Error(`${page.url}: there is no form "${selector}" on the page "${page.title}"`);
    const fields = fieldsOf(form, button ? form.querySelector(button) : form.querySelector('[type=submit], button:not([type])'));
    for (const [name, value] of Object.entries(values)) {
      if (!form.elements.namedItem(name)) throw new Error(`${page.url}: the form has no field "${name}"`);
      fields.delete(name);
      for (const one of [value].flat()) fields.append(name, one);
    }
    const target = new URL(form.getAttribute('action') || page.url, page.url);
    if (form.method !== 'post') {
      target.search = fields.toString();
      return this.#go(target, 'GET', null, page.url);
    }
    return this.#go(target, 'POST', fields, page.url);
  }

  async #go(url, method, form, referrer) {
    for (let hop = 0; hop <= redirectsMax; hop++) {
      const response = await this.#request(url, method, form, referrer);
      const location = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && location) {
        await response.arrayBuffer();
        url = new URL(location, url);
        if (response.status !== 307 && response.status !== 308) [method, form] = ['GET', null];
        continue;
      }
      const html = await response.text().catch((error) => Promise.reject(new Unavailable(`${url.pathname}: ${error.message}`)));
      if (response.status === 429 || response.status >= 500) throw new Unavailable(`${method} ${url}: ${response.status} ${html.slice(0, 200)}`);
      const onward = /<meta http-equiv="refresh" content="0; url=([^"]+)">/.exec(html)?.[1];
      if (onward) {
        [url, method, form, referrer] = [new URL(onward.replaceAll('&amp;', '&')), 'GET', null, null];
        continue;
      }
      return new Page(url.href, response.status, html);
    }
    throw new Error(`more than ${redirectsMax} redirects, last to ${url}`);
  }

  async #request(url, method, form, referrer) {
    const headers = { accept: 'text/html,application/xhtml+xml', 'accept-language': this.#lang, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const cookies = [...(this.#cookies.get(url.hostname) ?? [])].map(([name, value]) => `${name}=${value}`);
    if (cookies.length) headers.cookie = cookies.join('; ');
    headers['sec-fetch-site'] = site(url, referrer);
    if (method === 'POST') headers.origin = new URL(referrer).origin;
    this.requests++;
    try {
      const response = await fetch(url, { method, headers, body: form, redirect: 'manual', signal: AbortSignal.timeout(requestTimeoutMs) });
      for (const cookie of response.headers.getSetCookie()) this.#keep(url.hostname, cookie);
      return response;
    } catch (error) {
      throw new Unavailable(`${method} ${url}: ${error.cause?.code ?? error.message}`);
    }
  }

  #keep(host, cookie) {
    const [pair, ...attributes] = cookie.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const jar = this.#cookies.get(host) ?? new Map();
    this.#cookies.set(host, jar);
    const isGone = attributes.some((one) => /^max-age=(0|-)/i.test(one) || (/^expires=/i.test(one) && new Date(one.slice(8)) < new Date()));
    if (isGone) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

// What Sec-Fetch-Site says of a navigation.
function site(url, referrer) {
  if (!referrer) return 'none';
  const from = new URL(referrer);
  if (from.origin === url.origin) return 'same-origin';
  return from.hostname === url.hostname ? 'same-site' : 'cross-site';
}

function fieldsOf(form, button) {
  const data = new form.ownerDocument.defaultView.FormData(form);
  const fields = new URLSearchParams();
  for (const [name, value] of data) fields.append(name, value);
  if (button?.name) fields.append(button.name, button.value);
  return fields;
}

class Page {
  #html;
  #document;

  constructor(url, status, html) {
    this.url = url;
    this.status = status;
    this.#html = html;
  }

  get path() {
    return new URL(this.url).pathname;
  }

  get document() {
    this.#document ??= new JSDOM(this.#html, { url: this.url }).window.document;
    return this.#document;
  }

  get title() {
    return this.document.title;
  }

  text(selector = 'main') {
    return this.document.querySelector(selector)?.textContent.replace(/\s+/g, ' ').trim() ?? '';
  }

  link(selector) {
    const found = this.document.querySelector(selector);
    if (!found) throw new Error(`${this.url}: there is no link "${selector}" on the page "${this.title}" (${this.status})`);
    return found.href;
  }
}

// Repeats `action` while the platform is unavailable, as a patient person would. Any other error is a finding.
export async function patiently(action, { seconds = 60 } = {}) {
  const until = Date.now() + seconds * 1000;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof Unavailable) || Date.now() + pause > until) throw error;
      await delay(pause);
    }
  }
}

// Waits until `probe` gives something true, and returns it.
export async function eventually(what, probe, { seconds = 30, everyMs = 100 } = {}) {
  const until = Date.now() + seconds * 1000;
  for (let last; ; await delay(everyMs)) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      last = error;
    }
    if (Date.now() > until) throw new Error(`${what}: not within ${seconds} s${last ? ` (${last.message})` : ''}`);
  }
}
