// What all replicas take together, with a rollout of each under way.
import { quantity } from '../world.mjs';
import { services } from '../facts.mjs';

const asked = { 'requests.cpu': ['requests', 'cpu'], 'requests.memory': ['requests', 'memory'], 'limits.memory': ['limits', 'memory'], 'requests.ephemeral-storage': ['requests', 'ephemeral-storage'] };
// CloudNativePG's own short Jobs, for a new instance.
const clusterExtra = 1;

export function quota(world, report) {
  const [found] = world.of('ResourceQuota');
  if (!found) return report({ kind: 'ResourceQuota', metadata: { name: '?' } }, 'is not there');
  const sets = world.pods.map(({ podsMax, all }) => ({ count: podsMax, containers: all }));
  for (const { spec } of world.of('Cluster')) sets.push({ count: spec.instances + clusterExtra, containers: [spec] });
  for (const [name, [kind, what]] of Object.entries(asked)) {
    const sum = sets.reduce((total, { count, containers }) => total + count * containers.reduce((one, { resources }) => one + (quantity(resources?.[kind]?.[what] ?? 0) || 0), 0), 0);
    if (!(quantity(found.spec.hard[name]) >= sum)) report(found, `${name} is ${found.spec.hard[name]}, the most that may run takes ${sum}`);
  }
  const pods = sets.reduce((total, { count }) => total + count, 0);
  if (!(Number(found.spec.hard.pods) >= pods)) report(found, `pods is ${found.spec.hard.pods}, the most that may run is ${pods}`);
}

// PostgreSQL keeps some for superusers and replication.
const reserve = 20;

export function connections(world, report) {
  for (const cluster of world.of('Cluster')) {
    const most = Number(cluster.spec.postgresql.parameters.max_connections);
    const sum = world.deployments.filter(({ process }) => services.includes(process)).reduce((total, pod) =>
      total + pod.podsMax * (Number(world.flag(pod, 'pg_pool_size')) + world.facts.reserved[pod.process]), 0) + world.of('Job').length + reserve;
    if (!(most >= sum)) report(cluster, `max_connections is ${most}, the most that may run takes ${sum}`);
  }
}
