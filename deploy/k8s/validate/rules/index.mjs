import { World } from '../world.mjs';
import { addresses, flags, gateway } from './configuration.mjs';
import { namespace, labels } from './namespace.mjs';
import { network } from './network.mjs';
import { probes, resources, securityOfPods } from './pods.mjs';
import { references } from './references.mjs';
import { disruption, replicas, rollout, spread } from './rollout.mjs';
import { certificates, database, monitoring, redis } from './stores.mjs';
import { connections, quota } from './sums.mjs';

export const rules = {
  namespace, labels, 'pod-security': securityOfPods, resources, probes, rollout, replicas, disruption, spread, references, flags, addresses,
  gateway, network, certificates, database, redis, monitoring, quota, connections,
};

// What is wrong with the objects: [{rule, object, text}].
export function judge(objects, facts, options) {
  const found = [];
  const world = new World(objects, facts, options);
  for (const [rule, check] of Object.entries(rules)) {
    check(world, ({ kind, metadata }, text) => found.push({ rule, object: `${kind}/${metadata.name}`, text }));
  }
  return found;
}
