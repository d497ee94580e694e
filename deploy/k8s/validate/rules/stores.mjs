// Certificates, PostgreSQL, Redis and who measures.
import { selects } from '../world.mjs';
import { processes, services } from '../facts.mjs';

export function certificates(world, report) {
  if (!world.of('Certificate').length) return;
  for (const name of processes) {
    const certificate = world.of('Certificate').find(({ spec }) => spec.secretName === `${name}-tls`);
    if (!certificate) {
      report({ kind: 'Certificate', metadata: { name } }, 'is not there');
      continue;
    }
    const { dnsNames, usages = [], issuerRef, isCA } = certificate.spec;
    if (String(dnsNames) !== name || isCA) report(certificate, `its one DNS name is not the role, ${name}`);
    for (const usage of ['digital signature', 'server auth', 'client auth']) if (!usages.includes(usage)) report(certificate, `lacks the usage ${usage}`);
    if (issuerRef.name !== 'tamarack-peers') report(certificate, 'is not of the issuer that serves the processes alone');
  }
  for (const certificate of world.of('Certificate').filter(({ spec }) => !spec.isCA)) {
    const { issuerRef, secretName, privateKey, duration, commonName } = certificate.spec;
    if (issuerRef.name === 'tamarack-peers' && !processes.includes(secretName.replace(/-tls$/, ''))) report(certificate, 'the processes\' issuer serves nobody else');
    if (privateKey?.rotationPolicy !== 'Always') report(certificate, 'keeps its key when it is renewed');
    if (!(parseInt(duration, 10) <= 2160)) report(certificate, 'is good for more than 90 days');
    const [, service, owner] = /^(\w+?)(-owner)?-postgres$/.exec(secretName) ?? [];
    if (service && (commonName !== service + (owner ? '_owner' : '') || issuerRef.name !== 'postgres')) report(certificate, 'its common name is not the role, or not of PostgreSQL\'s issuer');
  }
}

export function database(world, report) {
  for (const cluster of world.of('Cluster')) {
    const say = (text) => report(cluster, text);
    const { instances, postgresql: { synchronous, pg_hba: access = [] }, affinity, smartShutdownTimeout, walStorage, enablePDB, resources, bootstrap, imageName } = cluster.spec;
    if (instances < 3) say(`${instances} instances: a write waits for a standby, and one may be away`);
    if (synchronous?.dataDurability !== 'required' || !synchronous.failoverQuorum || !(synchronous.number >= 1)) say('2xx would not mean durable: synchronous, required, failoverQuorum');
    if (smartShutdownTimeout !== 0) say('smartShutdownTimeout is not 0: an isolated primary would go on');
    if (!world.isSmall && (affinity?.podAntiAffinityType !== 'required' || affinity.topologyKey !== 'topology.kubernetes.io/zone')) say('instances may share a zone');
    if (!walStorage || enablePDB !== true) say('no walStorage of its own, or no PDB');
    if (resources?.requests?.memory !== resources?.limits?.memory || resources?.limits?.cpu) say('memory: request and limit are not one, or a limit of CPU time');
    if (!/@sha256:[0-9a-f]{64}$/.test(imageName)) say('the image has no digest');
    const statements = bootstrap?.initdb?.postInitSQL ?? [];
    for (const name of services) {
      for (const statement of [`CREATE DATABASE ${name} OWNER ${name}_owner`, `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`]) if (!statements.includes(statement)) say(`lacks: ${statement}`);
      for (const role of [name, `${name}_owner`]) if (!access.includes(`hostssl ${name} ${role} all cert`)) say(`pg_hba: ${role} is not known by a certificate`);
    }
    const ours = access.filter((line) => /cert$/.test(line));
    if (ours.length !== 2 * services.length) say('pg_hba: others than the services\' roles are let in');
    if (!/ reject$/.test(access.at(-1) ?? '')) say('pg_hba: the roles could come another way');
    if (!world.of('ScheduledBackup').some(({ spec }) => spec.cluster.name === cluster.metadata.name)) say('no ScheduledBackup');
  }
}

export function redis(world, report) {
  const set = world.pods.find(({ object }) => object.kind === 'StatefulSet' && object.metadata.name === 'redis');
  if (!set) return;
  const say = (text) => report(set.object, text);
  const { 'redis.conf': server = '', 'sentinel.conf': sentinel = '' } = world.find('ConfigMap', set.spec.volumes.find(({ name }) => name === 'config')?.configMap.name)?.data ?? {};
  if (set.object.spec.replicas !== 3) say('not three: two sentinels must agree, and one may be away');
  for (const [name, text] of Object.entries({ server, sentinel })) if (!/^port 0$/m.test(text) || !/^tls-replication yes$/m.test(text)) say(`${name}: speaks plain text`);
  for (const line of ['min-replicas-to-write 1', 'maxmemory-policy noeviction', 'aclfile /run/secrets/redis/users.acl']) if (!server.split('\n').includes(line)) say(`redis.conf lacks: ${line}`);
  judgeUsers(world, say);
  const proxy = world.of('ConfigMap').find(({ data }) => data?.['haproxy.cfg'])?.data['haproxy.cfg'] ?? '';
  if (!/ssl verify required verifyhost redis /.test(proxy) || !/^ {2}bind 127\.0\.0\.1:6379$/m.test(proxy)) say('the proxies do not verify it, or listen beyond loopback');
  const named = [...proxy.matchAll(/^ {2}server \S+ (\S+):6380$/gm)].map(([, host]) => host);
  const space = set.object.metadata.namespace;
  if (String(named) !== String([0, 1, 2].map((index) => `redis-${index}.redis.${space}.svc.cluster.local`))) say(`the proxies know ${named}`);
}

// Where the users are made here: each process has one, of that name, which may not do everything.
function judgeUsers(world, say) {
  const file = world.find('ExternalSecret', 'redis-secrets')?.spec.target.template.data['users.acl'];
  if (file === undefined) return;
  const users = Object.fromEntries([...file.matchAll(/^user (\S+) (.*)$/gm)].map(([, name, rights]) => [name, rights.split(' ')]));
  if (String(users.default) !== 'off') say('users.acl: the default user is let in');
  for (const name of processes) {
    const rights = users[name] ?? [];
    if (!rights.some((one) => one.startsWith('#')) || rights.includes('nopass')) say(`users.acl: ${name} has no password`);
    if (!rights.includes('&tamarack:revoked') || rights.includes('allchannels')) say(`users.acl: ${name} has not the one channel that it needs`);
    if (rights.includes('~*') || rights.includes('allkeys') || (rights.includes('+@all') && !rights.includes('-@dangerous'))) say(`users.acl: ${name} may do more than it needs`);
  }
}

export function monitoring(world, report) {
  for (const monitor of world.of('PodMonitor')) {
    const { selector, podMetricsEndpoints, jobLabel, sampleLimit } = monitor.spec;
    for (const { name, labels, containers } of world.deployments) {
      if (!selects(selector, labels)) report(monitor, `does not see ${name}`);
      for (const { port } of podMetricsEndpoints) if (!containers[0].ports?.some((one) => one.name === port)) report(monitor, `${name} has no port ${port}`);
    }
    if (jobLabel !== 'app.kubernetes.io/name') report(monitor, 'alerts tell services apart by `job`');
    if (!sampleLimit) report(monitor, 'no sampleLimit');
    for (const { interval, scrapeTimeout } of podMetricsEndpoints) if (!interval || !(parseInt(scrapeTimeout, 10) < parseInt(interval, 10))) report(monitor, 'scrapeTimeout is not within interval');
  }
}
