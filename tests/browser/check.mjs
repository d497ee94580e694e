// Accessibility and behaviour of one page, as it stands in an open browser page. Used by the journeys and by samples.mjs.
//   const browser = await launch();  const page = await browser.newPage();  watch(page);  await page.goto(…);
//   const problems = await checkPage(page, 'sign-in');   // [] when all is well
// The page is left as it was found (viewport, media, focus on the document).
import { createRequire } from 'node:module';
import fs from 'node:fs';
import { chromium } from 'playwright-core';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const TABBABLE = 'a[href],button:not([disabled]),input:not([type=hidden]):not([disabled]),select,textarea,summary,[tabindex="0"]';
const consoleErrors = new WeakMap();

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

// Collects what the browser complains about (content security policy, missing files, script errors).
export function watch(page) {
  const errors = [];
  consoleErrors.set(page, errors);
  // A page that is refused on purpose is what we want; Chromium logs its status as an error all the same.
  const isPage = (m) => /status of 4\d\d/.test(m.text()) && !m.location().url.includes('/assets/');
  page.on('console', (m) => m.type() === 'error' && !isPage(m) && errors.push(m.text()));
  page.on('pageerror', (e) => errors.push(String(e)));
  return page;
}

export async function checkPage(page, name) {
  const problems = [];
  const ok = (rule, holds, detail = '') => holds || problems.push(`${name}: ${rule}: ${detail}`);
  const viewport = page.viewportSize() ?? { width: 1280, height: 900 };
  await page.evaluate(() => document.fonts.ready.then(() => true));
  await page.evaluate(axe);

  await checkDocument(page, ok);
  for (const width of [1280, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await checkWithAxe(page, ok, width);
    await checkWords(page, ok, width);
    if (width === 390) await checkTargets(page, ok);
    if (width === 320) await checkReflow(page, ok);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await checkKeyboard(page, ok);
  await checkText(page, ok);
  await checkMedia(page, ok);
  await page.setViewportSize(viewport);

  const errors = consoleErrors.get(page)?.splice(0) ?? [];
  ok('no console or content security errors', errors.length === 0, errors.join(' | '));
  return problems;
}

// Language, title, headings, forms, toggle, help, typography.
async function checkDocument(page, ok) {
  const d = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const toggle = document.querySelector('header .ontario-language-toggler');
    const { lang } = document.documentElement;
    // Typography is for what is in the page's own language, and no code.
    const foreign = [...document.querySelectorAll(`main [lang]:not([lang="${lang}"]),main code`)].filter((e) => !e.hidden);
    foreign.forEach((e) => { e.hidden = true; });
    const text = document.body.innerText;
    foreign.forEach((e) => { e.hidden = false; });
    return {
      lang, title: document.title, text,
      h1: document.querySelectorAll('h1').length, active: document.activeElement?.id, summary: !!document.querySelector('#error-summary'),
      inline: document.querySelectorAll('[style],style,script:not([src])').length,
      handlers: all.filter((e) => [...e.attributes].some((a) => a.name.startsWith('on'))).length,
      fixed: all.filter((e) => ['fixed', 'sticky'].includes(getComputedStyle(e).position)).length,
      toggle: toggle && { lang: toggle.lang, href: toggle.href, action: toggle.form && new URL(toggle.formAction).pathname },
      help: !!document.querySelector('main')?.lastElementChild?.matches('.tmk-help'),
      noToken: [...document.querySelectorAll('form[method=post]')].filter((f) => !f.querySelector('input[type=hidden][name=csrf_token]')).length,
      noName: [...document.querySelectorAll('input:not([type=hidden]),select,textarea')].filter((e) => !e.name).map((e) => e.id),
    };
  });
  ok('3.1.1 language', ['en', 'fr'].includes(d.lang), d.lang);
  ok('2.4.2 title', d.title.length > 5 && (!d.summary || /^(Error:|Erreur\u00a0:)/.test(d.title)), d.title);
  ok('one h1', d.h1 === 1, d.h1);
  ok('no inline script, style or handlers', d.inline + d.handlers === 0, `${d.inline} ${d.handlers}`);
  ok('language toggle', d.toggle && ['en', 'fr'].includes(d.toggle.lang) && d.toggle.lang !== d.lang, JSON.stringify(d.toggle));
  if (d.toggle?.action) ok('the toggle posts to the other language', d.toggle.action.startsWith(`/${d.toggle.lang}/`), d.toggle.action);
  else if (d.toggle) {
    // An error's page leads to the same error.
    const other = await page.request.get(d.toggle.href, { headers: { accept: 'text/html' } });
    ok('the toggle leads to a page in the other language', (await other.text()).includes(`<html lang="${d.toggle.lang}"`), d.toggle.href);
  }
  ok('3.2.6 help is last in main', d.help);
  ok('2.4.11 nothing fixed or sticky', d.fixed === 0, d.fixed);
  ok('a CSRF token in each POST form', d.noToken === 0, d.noToken);
  ok('every control has a name', d.noName.length === 0, d.noName);
  if (d.summary) ok('focus moves to the error summary, without script', d.active === 'error-summary', d.active);
  if (d.lang === 'fr') {
    const bad = d.text.match(/[^\s\u00a0] ?: |\d ?%|\d \$|« \S|\S »|\S [:»] |[a-zà-ÿ]'[a-zà-ÿ]|\d h \d| [;!?]/gi)?.filter((m) => !m.includes('\u00a0')) ?? [];
    ok('French typography', bad.length === 0, JSON.stringify(bad));
  } else {
    ok('English typography', !/[a-z]'[a-z]|\u00a0%|«/i.test(d.text));
  }
}

async function checkWithAxe(page, ok, width) {
  const result = await page.evaluate((tags) => axe.run(document, { runOnly: tags, rules: { 'target-size': { enabled: true } } }), AXE_TAGS);
  const found = result.violations.map((v) => `${v.id}(${v.nodes.length}) ${v.nodes[0].target} ${v.nodes[0].failureSummary?.split('\n')[1]?.trim() ?? ''}`);
  ok(`axe at ${width} px`, found.length === 0, found.join(' | '));
  ok('axe ran', result.passes.length > 10, result.passes.length);
}

// 2.5.8, stricter than axe: buttons and fields 40 px, links standing alone 24 px.
async function checkTargets(page, ok) {
  const small = await page.evaluate((selector) => [...document.querySelectorAll(selector)]
    .filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !e.matches('.ontario-show-on-focus'))
    .map((e) => {
      const inText = e.tagName === 'A' && e.closest('p,li') && e.parentElement.textContent.trim() !== e.textContent.trim();
      const least = e.matches('button,.ontario-button,.ontario-input,select,textarea') ? 40 : inText ? 0 : 24;
      const r = e.getBoundingClientRect();
      return r.height + 0.5 < least || r.width + 0.5 < Math.min(least, 24) ? `${e.tagName}#${e.id}.${e.className} ${r.width}x${r.height}` : '';
    }).filter(Boolean), TABBABLE);
  ok('2.5.8 target size', small.length === 0, small);
}

async function checkReflow(page, ok) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  ok('1.4.10 no sideways scrolling at 320 px', width <= 320, width);
}

// No word is broken in its middle. What is longer than any word is a value, which may be.
async function checkWords(page, ok, width) {
  const split = await page.evaluate(() => {
    const found = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const element = text.parentElement;
      const head = element.closest('thead');
      const isUnseen = element.closest('.ontario-show-for-sr,.ontario-show-on-focus') || (head && getComputedStyle(head).position === 'absolute');
      if (isUnseen || !element.checkVisibility()) continue;
      for (const { 0: word, index } of text.data.matchAll(/(?<![^\s«“(])\p{L}[\p{L}’]{1,19}(?![^\s»”),.;:!?])/gu)) {
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) found.add(word);
      }
    }
    return [...found];
  });
  ok(`no word is split at ${width} px`, split.length === 0, split);
}

// Tab through the page: every control, in document order, visibly focused, hidden by nothing.
async function checkKeyboard(page, ok) {
  const expected = await page.evaluate((selector) => {
    const groups = new Set();
    document.activeElement?.blur?.();
    window.getSelection()?.removeAllRanges();
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    return [...document.querySelectorAll(selector)].filter((e) => {
      if (!e.checkVisibility() || e.tabIndex < 0) return false;
      return e.type !== 'radio' || (!groups.has(e.name) && groups.add(e.name));
    }).length;
  }, TABBABLE);
  let reached = 0;
  let last = -1;
  for (let i = 0; i < expected + 5; i++) {
    await page.keyboard.press('Tab');
    const f = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const shown = e.matches('.ontario-radios__input,.ontario-checkboxes__input') ? [e.nextElementSibling, '::before'] : [e, null];
      const style = getComputedStyle(...shown);
      const r = e.getBoundingClientRect();
      const hit = document.elementFromPoint(r.left + Math.min(r.width / 2, 20), r.top + r.height / 2);
      return { index: [...document.querySelectorAll('*')].indexOf(e), tag: `${e.tagName}#${e.id}.${e.className}`,
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        uncovered: !!hit && (hit === e || e.contains(hit) || hit.contains(e) || hit.htmlFor === e.id) };
    });
    if (!f) break;
    reached++;
    ok('2.4.3 focus order is document order', f.index > last, f.tag);
    ok('2.4.7 focus is visible', f.ring, f.tag);
    ok('2.4.11 focus is not covered', f.uncovered, f.tag);
    last = f.index;
  }
  ok('2.1.1 the keyboard reaches every control', reached >= expected, `${reached} of ${expected}`);
}

// 1.4.4 text at 200 %, 1.4.12 text spacing: nothing cut off, no sideways scrolling.
async function checkText(page, ok) {
  const cut = () => page.evaluate(() => {
    const clipped = [...document.querySelectorAll('body *')].filter((e) => {
      const c = getComputedStyle(e);
      const exempt = e.matches('.ontario-show-for-sr,.ontario-show-on-focus,thead,thead *,input,select,option,textarea,.ontario-table-div');
      return !exempt && e.checkVisibility() && e.innerText && e.clientHeight > 0 && c.overflow !== 'visible' &&
        (e.scrollHeight > e.clientHeight + 3 || e.scrollWidth > e.clientWidth + 3);
    }).map((e) => `${e.tagName}.${e.className}`);
    return document.documentElement.scrollWidth > innerWidth ? ['sideways scrolling', ...clipped] : clipped;
  });
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  let found = await cut();
  ok('1.4.4 text at 200 %', found.length === 0, found);
  await page.evaluate(() => {
    document.documentElement.removeAttribute('style');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important} p{margin-bottom:2em!important}');
    document.adoptedStyleSheets = [sheet];
  });
  found = await cut();
  ok('1.4.12 text spacing', found.length === 0, found);
  await page.evaluate(() => { document.adoptedStyleSheets = []; });
}

// Reduced motion and forced colours.
async function checkMedia(page, ok) {
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  const d = await page.evaluate(() => ({
    moving: [...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).transitionDuration.split(',').some((t) => parseFloat(t) > 0.01)).length,
    bare: [...document.querySelectorAll('main button,main .ontario-button')].filter((b) => {
      const c = getComputedStyle(b);
      return b.checkVisibility() && (c.borderTopStyle === 'none' || c.borderTopColor === 'rgba(0, 0, 0, 0)');
    }).length,
  }));
  ok('2.3.3 reduced motion', d.moving === 0, d.moving);
  ok('forced colours: buttons keep a border', d.bare === 0, d.bare);
  await page.emulateMedia({ reducedMotion: null, forcedColors: null });
}
