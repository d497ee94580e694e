// Interleaved rounds of the same load on every peer, so that the machine's moods meet all of them.
// Usage: run.mjs BUILD_FOLDER SECONDS
import { execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Peers } from './peers.mjs';

const [build, seconds] = [process.argv[2], Number(process.argv[3])];
const rounds = 3, warmUpSeconds = 0.5, foreignShareMax = 0.1, idleConnections = 10_000;
const run = promisify(execFile);
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

// User and system time of a process, of its children that still run, and of those it has waited for, in seconds.
function cpuOf(pid, { withReaped = false } = {}) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  const own = fields[11] + fields[12] + (withReaped ? fields[13] + fields[14] : 0);
  return own / ticksPerSecond + (withReaped ? 0 : childrenOf(pid).reduce((sum, child) => sum + cpuOf(child), 0));
}
function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
function machine() {
  const [user, nice, system, idle, wait, irq, softirq, steal] =
    readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).slice(1).map((value) => Number(value) / ticksPerSecond);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, all: busy + idle + wait };
}
function rssMb(pid) {
  const own = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
  return childrenOf(pid).reduce((sum, child) => sum + rssMb(child), own);
}

async function httpLoad(port, request, time) {
  return JSON.parse((await run(join(build, 'bench/bench-load'), [String(time), String(port), request])).stdout);
}
async function grpcLoad(port, frame, time, log) {
  rmSync(log, { force: true }); // h2load appends to it
  const { stdout } = await run('h2load', ['-t1', '-c32', '-m1', `-D${time * 1000}ms`, `--data=${frame}`, `--log-file=${log}`,
    '-Hcontent-type: application/grpc', '-Hte: trailers', `http://127.0.0.1:${port}/bench.echo.v1.EchoService/Echo`]);
  // Start, status, microseconds. gRPC's errors are 200 too, but bring no data.
  const lines = readFileSync(log, 'utf8').trim().split('\n').map((line) => line.split('\t').map(Number));
  const micros = lines.map((line) => line[2]).sort((a, b) => a - b);
  const data = Number(stdout.match(/\((\d+)\) data/)[1]);
  const answered = Math.floor(data / readFileSync(frame).length);
  const at = (share) => micros[Math.floor(share * (micros.length - 1))] / 1000;
  return { requests: micros.length, seconds: time, p50: at(0.5), p99: at(0.99), failed: Math.max(0, micros.length - answered) };
}

async function measure(row, backend) {
  await row.load(warmUpSeconds);
  const cpu = () => ({ gateway: row.peer ? cpuOf(row.peer.pid) : 0, backend: cpuOf(backend.pid),
    client: cpuOf(process.pid, { withReaped: true }), ...machine() });
  const before = cpu();
  const result = await row.load(seconds);
  const after = cpu();
  const spent = Object.fromEntries(Object.keys(before).map((key) => [key, after[key] - before[key]]));
  const foreign = (spent.busy - spent.gateway - spent.backend - spent.client) / spent.all;
  row.results.push({ ...result, rate: result.requests / result.seconds, foreign,
    gatewayMicros: spent.gateway / result.requests * 1e6, backendMicros: spent.backend / result.requests * 1e6,
    rss: row.peer ? rssMb(row.peer.pid) : 0 });
}

// The median over the rounds in which nothing else was at work, or over all where there was none such.
function summary(row) {
  const quiet = row.results.filter((result) => result.foreign <= foreignShareMax);
  const from = quiet.length > 0 ? quiet : row.results;
  const median = (key) => from.map((result) => result[key]).sort((a, b) => a - b)[Math.floor((from.length - 1) / 2)];
  const values = Object.fromEntries(Object.keys(from[0]).map((key) => [key, median(key)]));
  return { ...values, failed: row.results.reduce((sum, result) => sum + result.failed, 0), isQuiet: quiet.length > 0 };
}

function print(cells) {
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(26) : String(cell).padStart(11))).join(''));
}
function tell(what, value, digits = 2, verdict = '') {
  console.log(`${what.padEnd(62)}${value.toFixed(digits).padStart(9)}${verdict}`);
}
function compare(what, value, target, isReached, digits = 2) {
  tell(what, value, digits, `   target ${target.padEnd(9)}${isReached ? 'reached' : 'MISSED'}`);
}

async function idleMegabytes(peers, backend, open) {
  const peer = await peers.gateway('idle', backend, open);
  const client = spawn(join(build, 'bench/bench-load'), ['idle', String(idleConnections), String(peer.port), peers.get()],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((done, fail) => {
    client.stdout.once('data', done);
    client.once('exit', () => fail(new Error('the idle connections were not opened')));
  });
  const megabytes = rssMb(peer.pid);
  client.removeAllListeners('exit');
  client.stdin.end();
  return megabytes;
}

const peers = new Peers(build);
try {
  const backend = await peers.backend();
  const securedBackend = await peers.backend({ hasTls: true });
  const redis = await peers.redis();
  const unlimited = { per_second: 1e6, burst: 1e6 }; // counted like others, and never refused
  const closed = (address, tls) => ({ credentials: { address, tls, client_secret_file: 'secret' },
    limits: { redis: `127.0.0.1:${redis.port}`, classes: { read: unlimited, write: unlimited } } });
  const open = () => ({ authentication: 'none' });
  const ours = await peers.gateway('gateway', backend, closed);
  const secured = await peers.gateway('secured', securedBackend, closed);
  const bare = await peers.gateway('bare', backend, open, ['--log_level', 'error']);
  const theirs = await peers.grpcGateway(backend);
  const nginx = await peers.nginx(backend);
  const [post, get, frame, log] = [peers.post(), peers.get(), peers.grpcFrame(), peers.path('h2load.log')];
  const http = (name, peer, request) => ({ name, peer, results: [], load: (time) => httpLoad(peer.port, request, time) });
  const grpc = (name, peer, port) => ({ name, peer, results: [], load: (time) => grpcLoad(port, frame, time, log) });
  const rows = {
    direct: grpc('gRPC to the service', null, backend.port),
    nginx: grpc('nginx grpc_pass', nginx, nginx.port),
    theirPost: http('grpc-gateway POST', theirs, post),
    ourPost: http('ours POST', ours, post),
    theirGet: http('grpc-gateway GET', theirs, get),
    ourGet: http('ours GET', ours, get),
    barePost: http('ours POST, bare', bare, post),
    securedPost: { ...http('ours POST, mutual TLS', secured, post), backend: securedBackend },
  };
  for (let round = 0; round < rounds; ++round) {
    for (const row of Object.values(rows)) await measure(row, row.backend ?? backend);
  }
  print(['', 'req/s', 'p50 ms', 'p99 ms', 'CPU us', 'service us', 'RSS MB', 'foreign %', 'failed']);
  const of = {};
  for (const [key, row] of Object.entries(rows)) {
    const one = of[key] = summary(row);
    print([row.name + (one.isQuiet ? '' : ' *'), one.rate.toFixed(0), one.p50.toFixed(2), one.p99.toFixed(2), one.gatewayMicros.toFixed(1),
      one.backendMicros.toFixed(1), one.rss.toFixed(0), (one.foreign * 100).toFixed(0), one.failed]);
  }
  console.log(`CPU of the gateway and of the service for each request; medians of ${rounds} rounds of ${seconds} s, 32 connections.`);
  console.log(`* In every round something else took more than ${foreignShareMax * 100} % of the machine.\n`);
  const { nginx: floor, theirPost, ourPost, theirGet, ourGet, barePost, securedPost } = of;
  compare('POST: requests a second, ours / grpc-gateway', ourPost.rate / theirPost.rate, '>= 2', ourPost.rate >= 2 * theirPost.rate);
  compare('POST: p99, ours / grpc-gateway', ourPost.p99 / theirPost.p99, '<= 0.5', ourPost.p99 <= 0.5 * theirPost.p99);
  compare('POST: CPU, ours / grpc-gateway', ourPost.gatewayMicros / theirPost.gatewayMicros, '<= 0.4', ourPost.gatewayMicros <= 0.4 * theirPost.gatewayMicros);
  compare('POST: CPU, ours / nginx grpc_pass', ourPost.gatewayMicros / floor.gatewayMicros, '<= 1.6',
    ourPost.gatewayMicros <= 1.6 * floor.gatewayMicros);
  compare('POST: CPU, everything on / bare transcoding', ourPost.gatewayMicros / barePost.gatewayMicros, '<= 1.25',
    ourPost.gatewayMicros <= 1.25 * barePost.gatewayMicros);
  tell('POST: CPU, mutual TLS to the service / plain text', securedPost.gatewayMicros / ourPost.gatewayMicros);
  // There is no target for GET, where grpc-gateway has no body to read.
  tell('GET: requests a second, ours / grpc-gateway', ourGet.rate / theirGet.rate);
  tell('GET: p99, ours / grpc-gateway', ourGet.p99 / theirGet.p99);
  tell('GET: CPU, ours / grpc-gateway', ourGet.gatewayMicros / theirGet.gatewayMicros);
  const idle = await idleMegabytes(peers, backend, open);
  compare(`MB with ${idleConnections} idle connections`, idle, '<= 150', idle <= 150, 0);
  const lookups = execFileSync(join(build, 'bench/bench-routes'), { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' ').map(Number));
  console.log(`ns to look a route up, by routes in the table: ${lookups.map(([count, ns]) => `${count}: ${ns}`).join(', ')}`);
} finally {
  await peers.stop();
}
