// What the local stack consists of, in the order in which it starts: how each part is started and when it is ready.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { authorityFile, pairFile } from './certificates.mjs';
import { root, services } from './layout.mjs';
import { monitoring } from './monitoring.mjs';
import { dsn, ownerOf, startPostgres, stopPostgres } from './postgres.mjs';
import { writePrivateJson } from './private.mjs';
import { end, httpOk, launch, pidOf, ready, run } from './processes.mjs';
import { secret, secretFile } from './secrets.mjs';

const loopback = '127.0.0.1';
const program = (layout, name) => join(layout.build, name);
// Whose government this is: an obvious sandbox.
const brandFolder = join(root, 'deploy/local/brand');
export const brandFile = join(brandFolder, 'brand.json');
const rateClasses = JSON.parse(readFileSync(join(root, 'deploy/rate_classes.json'), 'utf8'));
const redisSecret = 'redis';
export const redisPassword = (layout) => secret(layout, redisSecret);
export const redisSocket = (layout) => join(layout.servers, 'redis.sock');

// Each part: name, start(layout), stop(layout).
export const components = [
  { name: 'postgres', start: startPostgres, stop: stopPostgres },
  { name: 'redis', start: startRedis },
  { name: 'inbox', start: startInbox },
  { name: 'card-processor', start: startCardProcessor },
  ...services.map((name) => ({ name, start: (layout) => startService(layout, name) })),
  { name: 'gateway', start: startGateway },
  { name: 'fishing', start: startFishing, seeded: true },
  { name: 'example', start: (layout) => startExample(layout, 'example', 'driver-licence-renewal'), seeded: true },
  { name: 'healthcard', start: (layout) => startExample(layout, 'healthcard', 'health-card-registry'), seeded: true },
  ...monitoring,
].map((part) => ({ stop: (layout) => end(layout, part.name), ...part }));

// Debian's redis-tools holds the server too: it is redis-check-rdb called by another name. The package redis-server would
// start a server of its own on port 6379.
async function startRedis(layout) {
  const socket = redisSocket(layout);
  launch(layout, {
    name: 'redis', cwd: layout.servers, argv0: 'redis-server',
    command: ['/usr/bin/redis-check-rdb', '--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--save', '', '--appendonly', 'no', '--dir', layout.servers],
  });
  const ask = (command) => execFileSync('redis-cli', ['-s', socket], {
    input: command, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, REDISCLI_AUTH: redisPassword(layout) },
  });
  await ready(layout, 'redis', async () => /PONG|NOAUTH/.test(ask('PING\n')));
  // Not as an argument, which everybody may read; also for one that has run since before it had a password.
  ask(`CONFIG SET requirepass ${redisPassword(layout)}\n`);
}

async function startInbox(layout) {
  const mails = join(layout.folder, 'mails');
  mkdirSync(mails, { recursive: true, mode: 0o700 });
  const { smtp, inbox } = layout.ports;
  launch(layout, {
    name: 'inbox',
    command: [process.execPath, join(root, 'node_modules/maildev/dist/bin/maildev.js'), '--silent', '--ip', loopback, '-s', String(smtp),
      '--web-ip', loopback, '-w', String(inbox), '--mail-directory', mails, '--max-emails', '20000'],
  });
  await ready(layout, 'inbox', httpOk(`http://${loopback}:${inbox}/api/healthz`));
  await fetch(`http://${loopback}:${inbox}/api/reloadMailsFromDirectory`);
}

async function startCardProcessor(layout) {
  const port = layout.ports['card-processor'];
  launch(layout, { name: 'card-processor', command: [program(layout, 'tamarack-card-processor'), `--listen=${loopback}:${port}`, `--state_file=${join(layout.folder, 'card-processor.journal')}`] });
  await ready(layout, 'card-processor', httpOk(`http://${loopback}:${port}/livez`));
}

// Nobody here looks for another replica while one gives notice.
const ending = { TAMARACK_DRAIN_NOTICE_SECONDS: '0' };
// Of a stack whose traces somebody takes (`layout.otlp`: a collector's URL), all are made.
const tracing = ({ otlp }) => (otlp ? { TAMARACK_OTLP_ENDPOINT: otlp, TAMARACK_TRACE_SAMPLE_RATIO: '1' } : {});

// What every service is told, by environment so that no secret shows in the process list.
export function serviceEnvironment(layout, name) {
  return {
    TAMARACK_LISTEN: `${loopback}:${layout.ports.grpc[name]}`,
    TAMARACK_ADMIN_LISTEN: `${loopback}:${layout.ports.admin[name]}`,
    TAMARACK_PG_DSN: dsn(layout, name),
    TAMARACK_REDIS: `unix:${redisSocket(layout)}`,
    TAMARACK_REDIS_PASSWORD_FILE: secretFile(layout, redisSecret),
    TAMARACK_ISSUER: layout.gateway,
    TAMARACK_IDENTITY_ADDRESS: `${loopback}:${layout.ports.grpc.identity}`,
    TAMARACK_BRAND_FILE: brandFile,
    TAMARACK_CLIENT_SECRET_FILE: clientSecretFile(layout, name),
    TAMARACK_SECRET_KEY_FILE: secretFile(layout, `key-${name}`),
    TAMARACK_TLS_CA_FILE: authorityFile(layout.certificates),
    TAMARACK_TLS_CERT_FILE: pairFile(layout.certificates, name),
    TAMARACK_TLS_KEY_FILE: pairFile(layout.certificates, name),
    ...ending,
    ...tracing(layout),
    ...ownEnvironment[name](layout),
  };
}

// identity finds the other services' secrets in one folder.
const clientSecretFile = (layout, name) => secretFile(layout, `clients/${name}.secret`);

// Subscribers may be on loopback, where the examples and a developer's own receivers are; and a developer does not wait for
// hours.
const subscribers = { TAMARACK_WEBHOOK_ALLOW_LOOPBACK: 'true', TAMARACK_WEBHOOK_RETRY_SCALE: '0.05' };

// What one service alone is told.
const ownEnvironment = {
  identity: (layout) => {
    for (const name of ['gateway', ...services]) clientSecretFile(layout, name);
    return {
      TAMARACK_SERVICE_SECRETS_DIR: join(layout.secrets, 'clients'),
      TAMARACK_BOOTSTRAP_ADMIN_SECRET_FILE: secretFile(layout, 'bootstrap'),
      TAMARACK_NOTIFY_ADDRESS: `${loopback}:${layout.ports.grpc.notify}`,
      TAMARACK_DEFAULT_MODE: 'sandbox', // nothing here is real
    };
  },
  payments: (layout) => ({
    TAMARACK_PROCESSOR_URL: `http://${loopback}:${layout.ports['card-processor']}`,
    TAMARACK_PROCESSOR_TIMEOUT_MS: '3000',
    ...subscribers,
  }),
  // After a crash a claimed mail is sent again once its claim has lapsed: twice the timeout.
  notify: (layout) => ({
    TAMARACK_SMTP_URL: `smtp://${loopback}:${layout.ports.smtp}`,
    TAMARACK_SMTP_TIMEOUT_SECONDS: '5',
    TAMARACK_FROM_ADDRESS: 'no-reply@services.example',
  }),
  tellusonce: () => subscribers,
};

async function startService(layout, name) {
  const env = serviceEnvironment(layout, name);
  const asOwner = { TAMARACK_PG_DSN: dsn(layout, name, ownerOf(name)), TAMARACK_PG_RUNTIME_ROLE: name };
  await run(layout, { name, command: [program(layout, `tamarack-${name}`), 'migrate'], env: { ...env, ...asOwner } });
  launch(layout, { name, command: [program(layout, `tamarack-${name}`)], env });
  await ready(layout, name, httpOk(`http://${loopback}:${layout.ports.admin[name]}/readyz`));
}

// Written by the seed: which ministry's plug-in it is.
export const fishingOwnerFile = (layout) => join(layout.folder, 'fishing.json');

// By which the gateway and the service `name` know each other.
function gatewayTls({ certificates }, name) {
  const own = pairFile(certificates, 'gateway');
  return { ca_file: authorityFile(certificates), cert_file: own, key_file: own, server_name: name };
}

// The gateway's configuration, renamed into place: it takes a change of its back ends while it runs.
function configureGateway(layout, { isFishing }) {
  const config = join(layout.folder, 'gateway.json');
  const owner = isFishing && JSON.parse(readFileSync(fishingOwnerFile(layout), 'utf8')).ministry_id;
  const fishing = { name: 'fishing', owner, paths: ['/fishing/'], descriptor_set: join(layout.build, 'descriptors/fishing.binpb'), address: `${loopback}:${layout.ports.grpc.fishing}` };
  writePrivateJson(config, {
    public_url: layout.gateway,
    assets_dir: join(layout.folder, 'assets'),
    brand_file: brandFile,
    credentials: {
      address: `${loopback}:${layout.ports.grpc.identity}`, client_secret_file: clientSecretFile(layout, 'gateway'), tls: gatewayTls(layout, 'identity'),
    },
    limits: { redis: `unix:${redisSocket(layout)}`, redis_password_file: secretFile(layout, redisSecret), classes: rateClasses },
    backends: services.map((name) => ({
      name, platform: true, descriptor_set: join(layout.build, `descriptors/${name}.binpb`), address: `${loopback}:${layout.ports.grpc[name]}`,
      tls: gatewayTls(layout, name), health_check: true, health_service: 'calls',
      // identity alone is handed credentials: it is who checks them.
      ...(name === 'identity' && { lint_ignore: ['credential'] }),
    })).concat(isFishing ? fishing : []),
  });
  return config;
}

// What the gateway serves under /assets/: what was built, and the brand's own below brand/.
function prepareAssets(layout) {
  const assets = join(layout.folder, 'assets');
  rmSync(assets, { recursive: true, force: true });
  cpSync(join(root, 'build/assets'), assets, { recursive: true });
  cpSync(brandFolder, join(assets, 'brand'), { recursive: true, filter: (file) => !file.endsWith('.json') });
}

async function startGateway(layout) {
  prepareAssets(layout);
  const isFishing = Boolean(pidOf(layout, 'fishing')) && existsSync(fishingOwnerFile(layout));
  const config = configureGateway(layout, { isFishing });
  launch(layout, {
    name: 'gateway', command: [program(layout, 'tamarack-gateway')],
    env: {
      TAMARACK_CONFIG: config,
      TAMARACK_LISTEN: `${loopback}:${layout.ports.gateway}`,
      TAMARACK_ADMIN_LISTEN: `${loopback}:${layout.ports.admin.gateway}`,
      ...ending,
      ...tracing(layout),
    },
  });
  await ready(layout, 'gateway', httpOk(`http://${loopback}:${layout.ports.admin.gateway}/readyz`));
}

// A ministry's gRPC service, plugged into the running gateway by a line of configuration.
async function startFishing(layout) {
  if (pidOf(layout, 'fishing')) return null;
  launch(layout, {
    name: 'fishing', command: [program(layout, 'tamarack-fishing-licence')],
    env: {
      TAMARACK_LISTEN: `${loopback}:${layout.ports.grpc.fishing}`,
      TAMARACK_ADMIN_LISTEN: `${loopback}:${layout.ports.admin.fishing}`,
      TAMARACK_ISSUER: layout.gateway,
    },
  });
  await ready(layout, 'fishing', httpOk(`http://${loopback}:${layout.ports.admin.fishing}/readyz`));
  const began = Date.now();
  configureGateway(layout, { isFishing: true });
  await ready(layout, 'fishing', httpOk(`http://${loopback}:${layout.ports.gateway}/fishing/v1/seasons`));
  return `plugged into the running gateway, GET /fishing/v1/seasons answered ${Date.now() - began} ms later`;
}

async function startExample(layout, name, folder) {
  const config = join(layout.folder, `${name}.json`);
  launch(layout, {
    name,
    command: [process.execPath, join(root, 'examples', folder, 'main.mjs')],
    env: { CONFIG_FILE: config },
  });
  await ready(layout, name, httpOk(`${layout[name]}/healthz`));
}
