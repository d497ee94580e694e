// One request followed by its trace id from the gateway to SQL, and to what a subscriber is told, who cannot follow it back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { Admin } from '../../deploy/local/seed/admin.mjs';
import { startStack } from '../support/stack.mjs';

const kinds = { internal: 1, server: 2, client: 3 };
const spans = [];
const hooks = [];
let collector;
let subscriber;
let stack;

async function listen(take) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    response.writeHead(take(request, body)).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
const urlOf = (server) => `http://127.0.0.1:${server.address().port}`;

// OTLP over HTTP, as a collector takes it.
function collect(request, body) {
  if (request.method !== 'POST' || request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/json') return 404;
  for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
    const { stringValue: service } = resource.attributes.find(({ key }) => key === 'service.name').value;
    for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ service, ...span });
  }
  return 200;
}

before(async () => {
  collector = await listen(collect);
  subscriber = await listen(({ headers }, body) => {
    hooks.push({ headers, body });
    return 204;
  });
  stack = await startStack('contract-traces', { otlp: urlOf(collector) });
  const { sandbox } = stack;
  await new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret)
    .post('/v1/payment_webhooks', { service_id: sandbox.ministries[0].service_id, url: `${urlOf(subscriber)}/hook`, mode: 'sandbox' });
});
after(async () => {
  await stack?.stop();
  for (const server of [collector, subscriber]) server?.close();
});

// As a browser with tracing of its own would ask.
async function call(path, body, traceId) {
  const response = await fetch(stack.sandbox.gateway + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stack.sandbox.ministries[0].pay_api_key}`, 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 (nobody in particular)',
      ...(traceId && { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }),
    },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, requestId: response.headers.get('x-request-id'), body: await response.json().catch(() => null) };
}
const create = (traceId) => call('/v1/payments', { amount: 14500, reference: 'Reference 7', description: 'Dog licence', return_url: `${stack.sandbox.example}/healthz` }, traceId);
const ofTrace = (traceId) => spans.filter((span) => span.traceId === traceId);
const valueOf = (span, name) => {
  const { value } = span.attributes?.find(({ key }) => key === name) ?? {};
  return value && (value.stringValue ?? Number(value.intValue));
};

// Waits until what `isThere` looks for has come, and all parents up to the gateway's span: each process sends by itself.
async function gathered(traceId, isThere) {
  const found = await eventually('a trace without a gap', () => {
    const some = ofTrace(traceId);
    const ids = new Set(some.map(({ spanId }) => spanId));
    const isWhole = some.every(({ service, kind, parentSpanId }) => ids.has(parentSpanId) || (service === 'gateway' && kind === kinds.server));
    return isWhole && some.some(isThere) ? some : null;
  });
  assert.equal(new Set(found.map(({ spanId }) => spanId)).size, found.length, 'each has an id of its own');
  assert.equal(found.filter(({ service, kind }) => service === 'gateway' && kind === kinds.server).length, 1);
  for (const span of found) assert.ok(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));
  return found;
}

describe('a request', () => {
  const traceId = randomBytes(16).toString('hex');
  let payment;

  it('can be followed from the gateway to SQL', async () => {
    const { status, body, requestId } = await create(traceId);
    assert.equal(status, 201);
    payment = body.payment_id;
    const found = await gathered(traceId, ({ name }) => name === 'payment.insert');
    const by = (service, kind) => found.filter((span) => span.service === service && span.kind === kind);
    const [root] = by('gateway', kinds.server);
    assert.equal(root.name, 'POST /v1/payments');
    assert.equal(root.parentSpanId, '00f067aa0ba902b7');
    assert.equal(valueOf(root, 'http.response.status_code'), 201);
    assert.equal(valueOf(root, 'tamarack.request_id'), requestId);
    const asked = by('gateway', kinds.client).find(({ name }) => name === 'tamarack.payments.v1.PaymentService/CreatePayment');
    assert.equal(asked.parentSpanId, root.spanId);
    const answered = by('payments', kinds.server).find(({ name }) => name === asked.name);
    assert.equal(answered.parentSpanId, asked.spanId);
    assert.equal(found.find(({ name }) => name === 'payment.insert').parentSpanId, answered.spanId);
  });

  it('leaves nothing in its spans that is somebody\'s', () => {
    const text = JSON.stringify(spans);
    for (const secret of ['Reference 7', 'Dog licence', payment, 'Mozilla', stack.sandbox.ministries[0].pay_api_key]) assert.ok(!text.includes(secret), secret);
  });
});

describe('a change that is told by webhook', () => {
  const traceId = randomBytes(16).toString('hex');

  it('is linked to what the subscriber was sent, which is a trace of its own', async () => {
    const { body: { payment_id: payment } } = await create();
    assert.equal((await call(`/v1/payments/${payment}/cancel`, null, traceId)).status, 204);
    const hook = await eventually('a webhook', () => hooks.find(({ body }) => body.includes(payment)));
    const [, told] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-00$/.exec(hook.headers.traceparent);
    assert.notEqual(told, traceId);
    assert.ok(!JSON.stringify(hook).includes(traceId));
    const [attempt] = await eventually('the span of the attempt', () => (ofTrace(told).length ? ofTrace(told) : null));
    assert.equal(attempt.parentSpanId, undefined);
    assert.equal(valueOf(attempt, 'cloudevents.event_id'), hook.headers['webhook-id']);
    assert.equal(attempt.links[0].traceId, traceId);
    const found = await gathered(traceId, ({ spanId }) => spanId === attempt.links[0].spanId);
    assert.ok(found.some((span) => valueOf(span, 'db.query.summary')?.includes('event.append')), found.map(({ name }) => name).join());
  });
});

describe('a service', () => {
  it('refuses flags that make no sense', () => {
    const run = (...args) => spawnSync(join(stack.layout.build, 'tamarack-payments'), args, {
      encoding: 'utf8', timeout: 20_000, env: { TAMARACK_PG_DSN: 'host=/nowhere', TAMARACK_INSECURE_PLAIN_TEXT: 'true' },
    });
    for (const flag of ['--trace_sample_ratio=2', '--otlp_endpoint=collector:4318']) {
      const { status, stderr } = run(flag);
      assert.equal(status, 2, stderr);
      assert.match(stderr, new RegExp(`^${flag.split('=')[0]}: `, 'm'));
    }
  });
});
