// Who reaches whom by the NetworkPolicies is who calls whom: by the protos (`peers`), and by what the stores are for.
import { selects } from '../world.mjs';
import { services } from '../facts.mjs';

const space = 'kubernetes.io/metadata.name';
const outside = ['ingress', 'monitoring', 'cnpg-system', 'default'].map((name) => ({ name: `namespace ${name}`, namespace: { [space]: name }, labels: {}, ports: [] }));
const dns = { name: 'kube-dns', namespace: { [space]: 'kube-system' }, labels: { 'k8s-app': 'kube-dns' }, ports: ['UDP/53', 'TCP/53'] };
const internet = { name: 'internet', isInternet: true, labels: {}, ports: ['TCP/80', 'TCP/443', 'TCP/587', 'TCP/6443'] };
const privateRanges = ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];

function ends(world) {
  const home = { [space]: world.of('Namespace')[0]?.metadata.name };
  const pods = world.pods.map(({ name, labels, containers }) => ({
    name, labels, namespace: home, isOurs: true,
    ports: containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => `TCP/${containerPort}`)),
  }));
  for (const { metadata: { name } } of world.of('Cluster')) {
    pods.push({ name, labels: { 'cnpg.io/cluster': name }, namespace: home, isOurs: true, ports: ['TCP/5432', 'TCP/8000', 'TCP/9187'] });
  }
  return { home, all: [...pods, ...outside, dns, internet] };
}

function meets(peer, end, home) {
  if (peer.ipBlock) return Boolean(end.isInternet);
  if (end.isInternet) return false;
  if (!selects(peer.namespaceSelector ?? { matchLabels: home }, end.namespace)) return false;
  return !peer.podSelector || selects(peer.podSelector, end.labels);
}

// Whether `from` may reach `port` of `to`, as one side (direction Egress: from's, Ingress: to's) has it.
function allows(world, direction, self, other, port, home) {
  if (!self.isOurs) return true;
  const policies = world.of('NetworkPolicy').filter(({ spec }) => spec.policyTypes?.includes(direction) && selects(spec.podSelector, self.labels));
  if (!policies.length) return true;
  const [rules, peers] = direction === 'Egress' ? ['egress', 'to'] : ['ingress', 'from'];
  return policies.some(({ spec }) => (spec[rules] ?? []).some((rule) =>
    (!rule[peers] || rule[peers].some((peer) => meets(peer, other, home))) &&
    (!rule.ports || rule.ports.some((one) => `${one.protocol ?? 'TCP'}/${one.port}` === port))));
}

function reached(world) {
  const { home, all } = ends(world);
  const found = new Set();
  for (const from of all) {
    for (const to of all) {
      if (!from.isOurs && !to.isOurs) continue;
      for (const port of to.ports) {
        if (allows(world, 'Egress', from, to, port, home) && allows(world, 'Ingress', to, from, port, home)) found.add(`${from.name} → ${to.name} ${port}`);
      }
    }
  }
  return found;
}

function wanted(world) {
  const edges = [];
  const edge = (from, to, ...ports) => ports.forEach((port) => edges.push(`${from} → ${to} ${port}`));
  edge('namespace ingress', 'gateway', 'TCP/8080');
  for (const { name } of world.deployments) edge('namespace monitoring', name, 'TCP/9090');
  for (const name of services) for (const caller of world.facts.callers[name]) edge(caller, name, 'TCP/50051');
  for (const name of ['payments', 'tellusonce']) edge(name, 'internet', 'TCP/443');
  edge('notify', 'internet', 'TCP/587');
  if (world.find('StatefulSet', 'redis')) {
    for (const { name } of world.deployments) edge(name, 'redis', 'TCP/6380');
    edge('redis', 'redis', 'TCP/6380', 'TCP/26379');
  }
  for (const { metadata: { name } } of world.of('Cluster')) {
    for (const service of services) [service, `${service}-migrate`].forEach((from) => edge(from, name, 'TCP/5432'));
    edge(name, name, 'TCP/5432', 'TCP/8000');
    edge('namespace cnpg-system', name, 'TCP/8000');
    edge('namespace monitoring', name, 'TCP/9187');
    edge(name, 'internet', 'TCP/443', 'TCP/6443');
    edge(name, 'kube-dns', ...dns.ports);
  }
  for (const { name } of world.pods) edge(name, 'kube-dns', ...dns.ports);
  return new Set(edges);
}

export function network(world, report) {
  const all = { kind: 'NetworkPolicy', metadata: { name: '*' } };
  const isDenial = ({ spec }) => !Object.keys(spec.podSelector).length && !spec.ingress && !spec.egress && String(spec.policyTypes) === 'Ingress,Egress';
  if (!world.of('NetworkPolicy').some(isDenial)) report(all, 'no default-deny of both directions');
  const [is, should] = [reached(world), wanted(world)];
  for (const edge of is) if (!should.has(edge)) report(all, `open, and in no call graph: ${edge}`);
  for (const edge of should) if (!is.has(edge)) report(all, `closed, and needed: ${edge}`);
  for (const policy of world.of('NetworkPolicy')) {
    const name = policy.metadata.name;
    for (const { to = [], ports = [] } of policy.spec.egress ?? []) {
      for (const { ipBlock } of to.filter((peer) => peer.ipBlock)) {
        const isWeb = name !== 'postgres' && ports.some(({ port }) => port === 443);
        if (isWeb && privateRanges.some((range) => !ipBlock.except?.includes(range))) report(policy, 'what strangers name as their web site may be a private address');
      }
    }
  }
}
