#!/usr/bin/env node
// node tests/browser/samples.mjs BUILD_DIR [--shots DIR] [NAME…]: checks the page samples that unit_pages_tests writes
// (BUILD_DIR/page_samples), served with the gateway's security headers. Needs build/assets.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { checkPage, launch, watch } from './check.mjs';

const args = process.argv.slice(2);
const shotsAt = args.indexOf('--shots');
const shots = shotsAt < 0 ? null : args.splice(shotsAt, 2)[1];
const [build, ...only] = args;
const samples = path.join(build, 'page_samples');
const root = path.join(import.meta.dirname, '../..');
const types = { html: 'text/html; charset=utf-8', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2' };

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const file = url.pathname.startsWith('/assets/') ? path.join(root, 'build', url.pathname) : path.join(samples, url.pathname);
  response.setHeader('Content-Security-Policy', "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
  if (!fs.existsSync(file)) return response.writeHead(404).end();
  response.setHeader('Content-Type', types[file.split('.').pop()] ?? 'application/octet-stream');
  response.end(fs.readFileSync(file));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const browser = await launch();
const names = ['en', 'fr'].flatMap((language) => fs.readdirSync(path.join(samples, language)).map((file) => `${language}/${file}`))
  .filter((name) => !only.length || only.some((part) => name.includes(part)));
const problems = [];

async function check(file) {
  const name = file.replace('.html', '');
  const page = watch(await browser.newPage({ viewport: { width: 1280, height: 900 } }));
  await page.goto(`http://localhost:${server.address().port}/${file}`);
  problems.push(...await checkPage(page, name));
  for (const width of shots ? [1280, 390] : []) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: path.join(shots, `${name.replace('/', '-')}-${width}.png`), fullPage: true });
  }
  await page.close();
}

const queue = [...names];
await Promise.all([1, 2, 3].map(async () => { while (queue.length) await check(queue.shift()); }));
await browser.close();
server.close();
problems.forEach((p) => console.log(p));
console.log(`${names.length} pages, ${problems.length} problems`);
process.exitCode = problems.length || !names.length ? 1 : 0;
