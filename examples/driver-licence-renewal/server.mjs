import { createServer } from 'node:http';
import { parse } from 'node:querystring';

const bodyBytesMax = 256 * 1024;
const endSecondsMax = 5;

// A small HTTP server: matches `routes` ({method, path: RegExp, isForm, hasEffect, handle}), reads the body, and sends what the
// handler returns ({status, type, body, location, cookies}). `routes` also makes the pages for what no route answers.
export function serve(config, routes) {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, async (request, response) => {
    let answered;
    try {
      answered = await answer(config, routes, request);
    } catch (error) {
      console.error(`${request.method} ${request.url.split('?')[0]}: ${error.message}`);
      answered = routes.failed(request, error);
    }
    // While it ends, no connection waits for a next request.
    if (!server.listening) answered = { ...answered, headers: { ...answered.headers, connection: 'close' } };
    send(config, request, response, answered);
  });
  server.on('error', (error) => {
    console.error(error.code === 'EADDRINUSE' ? `port ${config.port} is in use` : error.message);
    process.exit(1);
  });
  server.listen(config.port, '127.0.0.1', () => console.log(`listening on ${config.url}`));
  return server;
}

async function answer(config, routes, request) {
  if (!URL.canParse(request.url, config.url)) return routes.notFound(request);
  const url = new URL(request.url, config.url);
  const here = routes.list.filter(({ path }) => path.test(url.pathname));
  if (!here.length) return routes.notFound(request);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = here.find((one) => one.method === method);
  if (!route) return { ...routes.refused(request, 405), headers: { allow: here.map((one) => one.method).join(', ') } };
  // Asking what is there must change nothing (RFC 9110, section 9.2.1): mail scanners and previews do.
  if (request.method === 'HEAD' && route.hasEffect) return {};
  const body = method === 'POST' ? await readBody(request) : null;
  if (body === undefined) return { ...routes.refused(request, 413), headers: { connection: 'close' } };
  if (route.isForm && request.headers.origin !== new URL(config.url).origin) return routes.refused(request, 403);
  const params = url.pathname.match(route.path).groups ?? {};
  return route.handle({ request, url, params, body, form: route.isForm ? parse(body.toString('utf8')) : {} });
}

// Undefined when it is too large. The rest is then not read, and the connection stays open for the answer.
async function readBody(request) {
  const chunks = [];
  let size = 0;
  if (Number(request.headers['content-length']) > bodyBytesMax) return undefined;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(config, request, response, { status = 200, type = 'text/html; charset=utf-8', body = '', location, cookies, cache = 'no-store', headers: more }) {
  // A form that pays ends, by redirect, at the gateway: browsers hold redirects of forms against form-action.
  const policy = `default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self' ${config.gateway}; frame-ancestors 'none'; base-uri 'none'`;
  const headers = { 'content-type': type, 'cache-control': cache, 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', ...more };
  if (config.url.startsWith('https:')) headers['strict-transport-security'] = 'max-age=63072000';
  if (location) headers.location = location;
  if (cookies) headers['set-cookie'] = cookies;
  response.writeHead(status, headers).end(request.method === 'HEAD' ? '' : body);
}

// On SIGTERM or SIGINT: takes no more requests, finishes those under way and the step of each worker, and ends.
export function endOnSignal(server, stopWorkers) {
  const begin = async () => {
    setTimeout(() => process.exit(1), endSecondsMax * 1000).unref();
    const closed = new Promise((done) => server.close(done));
    await Promise.all([closed, ...stopWorkers.map((stop) => stop())]);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, begin);
}
