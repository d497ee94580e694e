// The OpenAPI documents of the platform's own services, as the linters that ministries use see them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { services, startGateway } from './gateway.mjs';

const paths = ['/openapi.json', ...services.map((name) => `/openapi/${name}.json`)];
let gateway;
const files = [];

before(async () => {
  gateway = await startGateway();
  for (const path of paths) {
    const answer = await gateway.get(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get('content-type'), /^application\/vnd\.oai\.openapi\+json/);
    const file = join(gateway.folder, path.slice(1).replace('/', '-'));
    writeFileSync(file, await answer.text());
    files.push(file);
  }
});
after(() => gateway?.stop());

// Exit code and everything printed.
function run(program, ...args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join('node_modules', program), ...args], {
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    });
    let output = '';
    child.stdout.on('data', (data) => { output += data; });
    child.stderr.on('data', (data) => { output += data; });
    child.on('exit', (code) => done({ code, output }));
  });
}

test('Redocly has nothing to say, not even a warning', async () => {
  const { code, output } = await run('@redocly/cli/bin/cli.js', 'lint', '--config', 'tests/documents/redocly.yaml', ...files);
  assert.equal(code, 0, output);
});

test('Spectral has nothing to say, not even a hint', async () => {
  const { code, output } = await run('@stoplight/spectral-cli/dist/index.js', 'lint', '--ruleset', 'tests/documents/spectral.yaml', '--fail-severity', 'hint', ...files);
  assert.equal(code, 0, output);
});

test('the linters do find what is wrong', async () => {
  const file = join(gateway.folder, 'broken.json');
  writeFileSync(file, JSON.stringify({ openapi: '3.1.0', info: { title: 'x' }, paths: { '/a': { get: { responses: {} } } } }));
  assert.notEqual((await run('@redocly/cli/bin/cli.js', 'lint', '--config', 'tests/documents/redocly.yaml', file)).code, 0);
  assert.notEqual((await run('@stoplight/spectral-cli/dist/index.js', 'lint', '--ruleset', 'tests/documents/spectral.yaml', '--fail-severity', 'hint', file)).code, 0);
});

test('every operation of a service is in the whole document, as it is there', async () => {
  const whole = await (await gateway.get('/openapi.json')).json();
  let count = 0;
  for (const path of paths.slice(1)) {
    const part = await (await gateway.get(path)).json();
    for (const [template, item] of Object.entries(part.paths)) {
      assert.deepEqual(whole.paths[template], { ...whole.paths[template], ...item }, template);
      count += Object.keys(item).length;
    }
  }
  assert.equal(count, Object.values(whole.paths).flatMap(Object.keys).length);
});

test('OAuth is described by the addresses where it really is', async () => {
  const { components } = await (await gateway.get('/openapi/payments.json')).json();
  const { clientCredentials, authorizationCode } = components.securitySchemes.oauth2.flows;
  assert.equal(clientCredentials.tokenUrl, 'https://services.gov.test/oauth2/token');
  assert.equal(authorizationCode.authorizationUrl, 'https://services.gov.test/oauth2/authorize');
  assert.match(clientCredentials.scopes['payments.write'], /PaymentService_CreatePayment/);
});

test('the ledger of the example is one that there can be', async () => {
  const { paths: described } = await (await gateway.get('/openapi/payments.json')).json();
  const { example } = described['/v1/ledger/balance'].get.responses['200'].content['application/json'];
  assert.equal(example.balances, true);
  assert.equal(example.unbalanced_transfers, 0);
  for (const sums of [...example.currencies, ...example.accounts]) assert.deepEqual([sums.debits_posted, sums.debits_pending], [sums.credits_posted, sums.credits_pending]);
});

test('methods that take tokens say that these may be bound to a key (DPoP), others do not', async () => {
  const { components, paths: described } = await (await gateway.get('/openapi/payments.json')).json();
  assert.equal(components.securitySchemes.dpop.scheme, 'DPoP');
  const operations = Object.values(described).flatMap(Object.values);
  const takesTokens = operations.filter(({ security }) => security.some(({ bearer }) => bearer));
  assert.notEqual(takesTokens.length, 0);
  for (const operation of operations) {
    assert.equal(operation.security.some(({ dpop }) => dpop), takesTokens.includes(operation), operation.operationId);
  }
});

test('the API catalogue leads to every document (RFC 9727)', async () => {
  const answer = await gateway.get('/.well-known/api-catalog');
  assert.equal(answer.headers.get('content-type'), 'application/linkset+json;profile="https://www.rfc-editor.org/info/rfc9727"');
  const head = await fetch(`${gateway.url}/.well-known/api-catalog`, { method: 'HEAD' });
  assert.equal(head.headers.get('link'), '</.well-known/api-catalog>; rel="api-catalog"');
  assert.equal(await head.text(), '');
  const { linkset } = await answer.json();
  const described = linkset.flatMap((context) => context['service-desc']).map(({ href }) => href);
  assert.deepEqual(described.sort(), paths.map((path) => `https://services.gov.test${path}`).sort());
});
