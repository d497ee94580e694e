// The gateway's own pages for developers, in a real browser: accessible, in both languages, without script and without a
// request to anybody else.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { checkPage, launch, watch } from '../browser/check.mjs';
import { services, startGateway } from './gateway.mjs';

let gateway;
let browser;
before(async () => {
  gateway = await startGateway({ assets_dir: resolve('build/assets'), public_url: 'http://localhost:1' });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const pages = {
  en: ['/reference', ...services.map((name) => `/reference/${name}`), '/problems', '/problems/gone'],
  fr: ['/reference', '/reference/payments', '/problems', '/problems/invalid-request'], // the rest differs in what is English anyway
};
for (const language of Object.keys(pages)) {
  for (const path of pages[language]) {
    test(`/${language}${path}`, async () => {
      const page = watch(await browser.newPage({ viewport: { width: 1280, height: 900 } }));
      const outside = [];
      await page.route((url) => url.origin !== gateway.url, (route) => { outside.push(route.request().url()); return route.abort(); });
      const answer = await page.goto(`${gateway.url}/${language}${path}`);
      assert.equal(answer.status(), 200);
      assert.equal(answer.headers()['content-language'], language);
      assert.equal(await page.locator('script').count(), 0);
      assert.equal(await page.locator('a[href^="#"]').evaluateAll((links) => links.filter((a) => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).length), 0);
      assert.deepEqual(await checkPage(page, path), []);
      assert.deepEqual(outside, []);
      await page.close();
    });
  }
}

for (const language of ['en', 'fr']) {
  test(`the local stack's brand page needs no sideways scrolling at 320 px: ${language}`, async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 900 } });
    await page.goto(pathToFileURL(resolve(`deploy/local/brand/${language}.html`)).href);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320);
    await page.close();
  });
}

test('a page without a language in its path is in the language that the browser asks for', async () => {
  for (const [wanted, language] of [['fr-CA,fr;q=0.9', 'fr'], ['en', 'en']]) {
    const answer = await gateway.get('/problems/not-found', { 'accept-language': wanted });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-language'), language);
    assert.equal(answer.headers.get('vary'), 'Accept-Language');
    assert.match(await answer.text(), new RegExp(`<html lang="${language}"`));
  }
});

test('the type of every problem that a service documents leads to its page', async () => {
  const { components } = await (await gateway.get('/openapi.json')).json();
  const types = Object.values(components.responses).filter((r) => r.content).map((r) => Object.values(r.content)[0].example.type).filter(Boolean);
  assert.ok(types.length > 10);
  for (const type of types) assert.equal((await gateway.get(new URL(type).pathname)).status, 200, type);
});

test('every operation of a document is on its page, with a place of its own', async () => {
  for (const name of services) {
    const { paths } = await (await gateway.get(`/openapi/${name}.json`)).json();
    const html = await (await gateway.get(`/en/reference/${name}`)).text();
    for (const operation of Object.values(paths).flatMap(Object.values)) assert.ok(html.includes(`id="${operation.operationId}"`), operation.operationId);
  }
});

test('a page of nothing is not found', async () => {
  for (const path of ['/reference/nothing', '/problems/nothing', '/de/reference', '/en/referencex']) assert.equal((await gateway.get(path)).status, 404, path);
});

test('an example is shown as it is in the document, line by line', async () => {
  const { paths } = await (await gateway.get('/openapi/payments.json')).json();
  const { example } = paths['/v1/payments'].post.requestBody.content['application/json'];
  const page = await browser.newPage();
  await page.goto(`${gateway.url}/en/reference/payments`);
  const texts = await page.locator('pre.tmk-example').allInnerTexts();
  assert.ok(texts.includes(JSON.stringify(example, null, 2)), texts[0]);
  for (const text of texts) assert.equal(text, JSON.stringify(JSON.parse(text), null, 2));
  await page.close();
});
