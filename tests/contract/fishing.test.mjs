// A ministry's own gRPC service, which the gateway was not built with, is served as REST once it is plugged in.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startStack } from '../support/stack.mjs';

let stack;
before(async () => {
  stack = await startStack('contract-fishing');
});
after(() => stack?.stop());

async function call(method, path, { body, key } = {}) {
  const response = await fetch(stack.sandbox.gateway + path, {
    method, body: body && JSON.stringify(body),
    headers: { ...(body && { 'content-type': 'application/json' }), ...(key && { authorization: `Bearer ${key}` }) },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const keyOf = (index) => stack.sandbox.ministries[index].pay_api_key;

describe('the fishing licence', () => {
  it('lists seasons to anybody', async () => {
    const { status, body } = await call('GET', '/fishing/v1/seasons');
    assert.equal(status, 200);
    assert.deepEqual(body.seasons[0], { season_id: 'walleye-2027', species: 'walleye', is_open: true, fee_cents: 2657 });
  });

  it('is issued to a client with a credential of the platform, and shown to no other', async () => {
    const wanted = { season_id: 'walleye-2027', holder_reference: 'file-7' };
    assert.equal((await call('POST', '/fishing/v1/licences', { body: wanted })).status, 401);
    const issued = await call('POST', '/fishing/v1/licences', { body: wanted, key: keyOf(0) });
    assert.equal(issued.status, 201);
    assert.equal(issued.headers.get('location'), `/fishing/v1/licences/${issued.body.licence_id}`);
    const read = await call('GET', issued.headers.get('location'), { key: keyOf(0) });
    assert.deepEqual(read.body, issued.body);
    const other = await call('GET', issued.headers.get('location'), { key: keyOf(1) });
    assert.equal(other.status, 404);
    assert.equal(other.headers.get('content-type'), 'application/problem+json');
  });

  it('is refused with the place of what is wrong', async () => {
    const empty = await call('POST', '/fishing/v1/licences', { body: { season_id: 'walleye-2027' }, key: keyOf(0) });
    assert.equal(empty.status, 400);
    assert.equal(empty.body.errors[0].pointer, '/holder_reference');
    const unknown = await call('POST', '/fishing/v1/licences', { body: { season_id: 'whale-2027', holder_reference: 'a' }, key: keyOf(0) });
    assert.equal(unknown.status, 400);
    assert.equal(unknown.body.errors[0].pointer, '/season_id');
  });

  it('stands in the API description with its comments', async () => {
    const { body } = await call('GET', '/openapi.json');
    assert.match(JSON.stringify(body.paths['/fishing/v1/licences'].post), /Applies for a licence/);
  });

  it('is taken without a problem', async () => {
    const report = await (await fetch(`http://127.0.0.1:${stack.layout.ports.admin.gateway}/config`)).json();
    assert.deepEqual(report.backends.find(({ name }) => name === 'fishing'), {
      name: 'fishing', served: true, current: true, routes: 3, problems: [], warnings: [], without_route: [],
    });
    assert.ok(report.clean);
  });
});
