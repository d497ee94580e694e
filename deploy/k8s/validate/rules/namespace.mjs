// The namespace's own settings, and what stands on every object.
const clusterWide = ['Namespace', 'PriorityClass', 'ClusterSecretStore'];
const unwanted = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

export function namespace(world, report) {
  const [space, ...more] = world.of('Namespace');
  if (!space || more.length) return report(space ?? { kind: 'Namespace', metadata: { name: '?' } }, 'there is not exactly one Namespace');
  for (const mode of ['enforce', 'audit', 'warn']) {
    const { [`pod-security.kubernetes.io/${mode}`]: level, [`pod-security.kubernetes.io/${mode}-version`]: version } = space.metadata.labels ?? {};
    if (level !== 'restricted') report(space, `pod-security ${mode} is not restricted`);
    if (!/^v1\.\d+$/.test(version ?? '')) report(space, `pod-security ${mode}-version is not pinned`);
  }
  for (const object of world.objects) {
    if (!clusterWide.includes(object.kind) && object.metadata.namespace !== space.metadata.name) report(object, `is not in ${space.metadata.name}`);
    if (unwanted.includes(object.kind)) report(object, 'rights in the cluster, which nothing here needs');
    if (object.kind === 'Secret' && (object.data || object.stringData)) report(object, 'a secret in the repository');
  }
  if (!world.of('LimitRange').length) report(space, 'no LimitRange');
}

const common = ['app.kubernetes.io/part-of', 'app.kubernetes.io/managed-by', 'app.kubernetes.io/instance', 'app.kubernetes.io/version'];
const ofPods = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app.kubernetes.io/part-of', 'app.kubernetes.io/instance'];
// What stays the same for as long as the workload lives: selectors cannot be changed.
const lasting = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];

export function labels(world, report) {
  for (const { object, labels: own, spec } of world.pods) {
    const missing = [...common.slice(0, 2).filter((key) => !object.metadata.labels?.[key]), ...ofPods.filter((key) => !own[key])];
    if (missing.length) report(object, `lacks ${missing.join(', ')}`);
    if (world.facts.flags[own['app.kubernetes.io/name']] && !own['app.kubernetes.io/version']) report(object, 'lacks app.kubernetes.io/version');
    const selector = Object.keys(object.spec.selector?.matchLabels ?? {});
    if (object.kind !== 'Job' && String(selector.sort()) !== String([...lasting].sort())) report(object, `its selector is not of ${lasting.join(' and ')}`);
    if (!spec.priorityClassName || !world.find('PriorityClass', spec.priorityClassName)) report(object, 'has no PriorityClass that is there');
  }
  const first = world.find('PriorityClass', 'tamarack-first')?.value;
  const valueOf = (name) => world.find('PriorityClass', world.pods.find((pod) => pod.name === name)?.spec.priorityClassName)?.value;
  for (const { object, name } of world.deployments) {
    const isFirst = ['gateway', 'identity', 'payments'].includes(name);
    if (isFirst !== (valueOf(name) === first)) report(object, isFirst ? 'goes before what can wait: tamarack-first' : 'can wait: not tamarack-first');
  }
}
