import { createServer } from 'node:http';
import { parse } from 'node:querystring';

const bodyBytesMax = 256 * 1024;

// A small HTTP server: matches `routes` ({method, path: RegExp, handle}), reads the body, finds the session, and sends
// what the handler returns ({status, type, body, location, cookie}).
export function serve(config, routes) {
  const server = createServer(async (request, response) => {
    try {
      send(config, response, await answer(config, routes, request));
    } catch (error) {
      console.error(`${request.method} ${request.url.split('?')[0]}: ${error.message}`);
      send(config, response, routes.failed(request, error));
    }
  });
  server.requestTimeout = 30_000;
  server.listen(config.port, '127.0.0.1', () => console.log(`listening on ${config.url}`));
  return server;
}

async function answer(config, routes, request) {
  const url = new URL(request.url, config.url);
  const route = routes.list.find(({ method, path }) => method === request.method && path.test(url.pathname));
  if (!route) return routes.notFound(request);
  const body = request.method === 'POST' ? await readBody(request) : null;
  if (body === undefined) return { status: 413, type: 'text/plain', body: 'too large' };
  if (body && route.isForm && request.headers.origin !== config.url) return { status: 403, type: 'text/plain', body: 'wrong origin' };
  const params = url.pathname.match(route.path).groups ?? {};
  return route.handle({ request, url, params, body, form: route.isForm ? parse(body.toString('utf8')) : {} });
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(config, response, { status = 200, type = 'text/html; charset=utf-8', body = '', location, cookie, cache = 'no-store' }) {
  // A form that pays ends, by redirect, at the gateway: browsers hold redirects of forms against form-action.
  const policy = `default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self' ${config.gateway}; frame-ancestors 'none'; base-uri 'none'`;
  const headers = { 'content-type': type, 'cache-control': cache, 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' };
  if (location) headers.location = location;
  if (cookie) headers['set-cookie'] = cookie;
  response.writeHead(status, headers).end(body);
}
