import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Browser, Unavailable, patiently } from '../../../deploy/local/person/browser.mjs';

let server;
let base;
let answer;
let asked;
before(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked = { method: request.method, url: request.url, headers: request.headers, body };
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  base = `http://localhost:${server.address().port}`;
});
after(() => server.close());

describe('the browser without a screen', () => {
  it('fills and posts a form with hidden fields, the pressed button, cookies and origin', async () => {
    answer = (_, response) => response.setHeader('set-cookie', ['a=1; Path=/', 'b=2; Path=/']).end(
      '<form method="post" action="/go"><input type="hidden" name="token" value="t"><input name="name"><input type="checkbox" name="to" value="x">' +
      '<button name="decision" value="allow" id="allow">Yes</button><button name="decision" value="deny">No</button></form>');
    const browser = new Browser('fr');
    const page = await browser.open(`${base}/form`);
    await browser.submit(page, 'form', { name: 'Zoé', to: ['x', 'y'] }, '#allow');
    assert.equal(asked.method, 'POST');
    assert.equal(asked.body, 'token=t&decision=allow&name=Zo%C3%A9&to=x&to=y');
    assert.equal(asked.headers.cookie, 'a=1; b=2');
    assert.equal(asked.headers.origin, base);
    assert.equal(asked.headers['sec-fetch-site'], 'same-origin');
    assert.equal(asked.headers['accept-language'], 'fr');
    await assert.rejects(async () => browser.submit(page, 'form', { nothing: '1' }), /no field "nothing"/);
  });

  it('follows redirects as GET, and forgets cookies that are taken back', async () => {
    answer = (request, response) => (request.url === '/there'
      ? response.setHeader('set-cookie', 'a=; Max-Age=0').end('<title>there</title>')
      : response.writeHead(303, { location: '/there', 'set-cookie': 'a=1' }).end());
    const browser = new Browser('en');
    assert.equal((await browser.open(`${base}/here`)).path, '/there');
    assert.equal(asked.headers.cookie, 'a=1');
    await browser.open(`${base}/there`);
    assert.equal(asked.headers.cookie, undefined);
  });

  it('is patient with 5xx and refused connections, and with nothing else', async () => {
    let failuresLeft = 2;
    answer = (_, response) => response.writeHead(failuresLeft-- > 0 ? 503 : 200).end('<title>up</title>');
    assert.equal((await patiently(() => new Browser('en').open(base))).title, 'up');
    await assert.rejects(new Browser('en').open('http://localhost:1/'), Unavailable);
    answer = (_, response) => response.writeHead(404).end('<title>none</title>');
    assert.equal((await new Browser('en').open(base)).status, 404);
  });
});
