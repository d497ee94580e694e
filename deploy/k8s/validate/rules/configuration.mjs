// What the processes are told: flags that they have, files that they are shown, addresses at which somebody listens.
import Ajv from 'ajv/dist/2020.js';
import { isDeepStrictEqual } from 'node:util';
import { services } from '../facts.mjs';

const prefix = 'TAMARACK_';
const required = {
  gateway: ['config', 'listen', 'admin_listen'],
  service: ['listen', 'admin_listen', 'pg_dsn', 'redis', 'redis_username', 'redis_password_file', 'issuer', 'secret_key_file', 'tls_ca_file', 'tls_cert_file', 'tls_key_file'],
  identity: ['service_secrets_dir', 'bootstrap_admin_secret_file', 'notify_address'],
  payments: ['client_secret_file', 'identity_address', 'processor_url'],
  notify: ['client_secret_file', 'identity_address', 'smtp_url', 'smtp_require_tls', 'from_address'],
  tellusonce: ['client_secret_file', 'identity_address'],
  migration: ['pg_dsn', 'pg_runtime_role'],
};
const refused = ['insecure_plain_text', 'allow_owner_role', 'reflection', 'webhook_allow_loopback'];
const fileFlag = /_file$|^config$/;

export function flags(world, report) {
  for (const pod of world.pods.filter(({ process }) => process in world.facts.flags)) {
    const { object, process, containers: [main], labels } = pod;
    const say = (text) => report(object, text);
    const known = world.facts.flags[process];
    const isMigration = labels['app.kubernetes.io/component'] === 'migration';
    const told = Object.entries(world.environment(main)).filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]);
    for (const argument of main.args ?? []) {
      const [, name, value = 'true'] = /^--(\w+)(?:=(.*))?$/.exec(argument) ?? [];
      if (name) told.push([name, value]);
      else if (!(isMigration && argument === 'migrate')) say(`the argument ${argument} is none of tamarack-${process}'s`);
    }
    const wanted = isMigration ? required.migration : process === 'gateway' ? required.gateway : [...required.service, ...required[process]];
    for (const name of wanted) if (!told.some(([one, value]) => one === name && value)) say(`--${name} is not set`);
    const shown = world.files(pod, main);
    for (const [name, value] of told) {
      if (!(name in known)) say(`tamarack-${process} has no flag --${name}`);
      if (refused.includes(name) && value !== 'false') say(`--${name} is for a developer's machine`);
      if (fileFlag.test(name) && !shown[value]) say(`--${name}: ${value} is in no volume`);
    }
    if (process !== 'gateway') judgeDsn(process, isMigration, Object.fromEntries(told).pg_dsn ?? '', shown, say);
    if (isMigration && Object.fromEntries(told).pg_runtime_role !== process) say(`--pg_runtime_role is not ${process}`);
    if (process === 'identity' && !isMigration) judgeClients(world, Object.fromEntries(told).service_secrets_dir, shown, say);
  }
}

function judgeDsn(process, isMigration, dsn, shown, say) {
  const words = Object.fromEntries(dsn.split(' ').map((word) => word.split('=')));
  const role = isMigration ? `${process}_owner` : process;
  if (words.user !== role) say(`--pg_dsn: user is not ${role}`);
  if (words.dbname !== process) say(`--pg_dsn: dbname is not ${process}`);
  if (words.sslmode !== 'verify-full') say('--pg_dsn: sslmode is not verify-full');
  for (const key of ['sslrootcert', ...(words.passfile ? ['passfile'] : ['sslcert', 'sslkey'])]) if (!shown[words[key]]) say(`--pg_dsn: ${key} is in no volume`);
}

function judgeClients(world, folder, shown, say) {
  for (const name of world.facts.callers.identity) if (!shown[`${folder}/${name}.secret`]) say(`identity is not shown ${name}'s client secret`);
}

// host:port at which a Service of ours leads to somebody.
const isServed = (world, address) => {
  const [host, port] = address.replace(/^dns:\/\/\//, '').split(':');
  return world.find('Service', host)?.spec.ports.some((one) => one.port === Number(port)) ?? false;
};

export function addresses(world, report) {
  const pods = world.pods.filter(({ process, labels }) => process in world.facts.flags && labels['app.kubernetes.io/component'] !== 'migration');
  for (const pod of pods) {
    const say = (text) => report(pod.object, text);
    const environment = world.environment(pod.containers[0]);
    for (const [name, value] of Object.entries(environment)) {
      if (/_ADDRESS$/.test(name) && !value.includes('@') && !isServed(world, value)) say(`${name}: nobody listens at ${value}`);
      if (/LISTEN$/.test(name)) {
        const port = Number(value.split(':').pop());
        if (!value.startsWith('0.0.0.0:')) say(`${name}: listens on ${value}, where no other Pod reaches it`);
        if (!pod.containers[0].ports?.some(({ containerPort }) => containerPort === port)) say(`${name}: port ${port} is none of the container's`);
      }
    }
    const redis = pod.process === 'gateway' ? configuration(world, pod)?.limits?.redis : environment.TAMARACK_REDIS;
    if (!redis?.startsWith('127.0.0.1:')) say(`Redis at ${redis}: hiredis speaks no TLS, a proxy beside the process does`);
    else if (!pod.spec.initContainers?.some(({ name, restartPolicy }) => name === 'redis-proxy' && restartPolicy === 'Always')) say('no proxy to Redis beside the process');
  }
}

function configuration(world, pod) {
  const volume = pod.spec.volumes?.find(({ name }) => name === 'config');
  try {
    return JSON.parse(world.find('ConfigMap', volume?.configMap?.name)?.data['gateway.json']);
  } catch {
    return null;
  }
}

let validate;
export function gateway(world, report) {
  const pod = world.deployments.find(({ process }) => process === 'gateway');
  if (!pod) return;
  const say = (text) => report(pod.object, text);
  const settings = configuration(world, pod);
  if (!settings) return say('its configuration is no JSON');
  validate ??= new Ajv({ strict: false }).compile(world.facts.gatewaySchema);
  if (!validate(settings)) validate.errors.forEach(({ instancePath, message }) => say(`gateway.json: ${instancePath} ${message}`));
  if (!isDeepStrictEqual(settings.limits?.classes, world.facts.rateClasses)) say('gateway.json: limits.classes are not those of deploy/rate_classes.json');
  const names = (settings.backends ?? []).filter(({ platform }) => platform).map(({ name }) => name).sort();
  if (String(names) !== String(services)) say(`gateway.json: the platform's back ends are ${names}, not ${services}`);
  const shown = world.files(pod, pod.containers[0]);
  for (const { name = 'identity', address, tls, plain_text: isPlain } of [settings.credentials, ...(settings.backends ?? [])]) {
    if (isPlain || !tls?.cert_file) say(`gateway.json: ${name} is called without mutual TLS`);
    if (tls && tls.server_name !== name) say(`gateway.json: the certificate of ${name} says ${name}, not ${tls.server_name}`);
    if (!isServed(world, address)) say(`gateway.json: nobody listens at ${address}`);
  }
  const files = JSON.stringify(settings).match(/"\/run\/[^"]+"/g) ?? [];
  for (const file of new Set(files.map((text) => JSON.parse(text)))) if (!shown[file]) say(`gateway.json: ${file} is in no volume`);
  for (const { object, containers: [main] } of world.deployments.filter(({ process }) => services.includes(process))) {
    const { TAMARACK_ISSUER: issuer } = world.environment(main);
    if (issuer !== settings.public_url) report(object, `the issuer ${issuer} is not the gateway's public_url`);
  }
  for (const { spec, ...route } of world.of('HTTPRoute')) {
    if (!spec.hostnames?.includes(new URL(settings.public_url).host)) report(route, 'does not lead from the gateway\'s public_url');
  }
}
