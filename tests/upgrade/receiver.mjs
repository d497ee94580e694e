// What stands in for a ministry's own server: people come back to it, and it takes webhooks. It listens at the port that the
// recorded stack knows, which lies behind the stack's own.
import { createServer } from 'node:http';

export const receiverOffset = 60;
export const receiverAt = (base) => `http://localhost:${base + receiverOffset}`;

export async function startReceiver(base) {
  const statusOf = {}; // by name of the hook; 503 unless it says otherwise
  const received = [];
  const server = createServer(async (request, response) => {
    if (!request.url.startsWith('/hook/')) return response.end('<title>back</title>');
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const hook = request.url.split('/').pop();
    response.writeHead(statusOf[hook] ?? 503).end();
    received.push({ hook, status: statusOf[hook] ?? 503, headers: request.headers, body });
  });
  await new Promise((done) => server.listen(base + receiverOffset, '127.0.0.1', done));
  return {
    statusOf,
    // Webhooks that `hook` has taken.
    taken: (hook) => received.filter((one) => one.hook === hook && one.status === 200),
    tried: (hook) => received.filter((one) => one.hook === hook),
    stop: () => new Promise((done) => (server.closeAllConnections(), server.close(done))),
  };
}
