// The rendered objects, and what runs of them, as the rules ask for it.
const quantities = { m: 1e-3, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

export function quantity(text) {
  const [, number, unit] = /^([0-9.]+)([a-zA-Z]*)$/.exec(String(text)) ?? [];
  return number === undefined || (unit && !quantities[unit]) ? NaN : Number(number) * (quantities[unit] ?? 1);
}

// Kubernetes' LabelSelector.
export function selects(selector, labels) {
  const equal = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector?.matchExpressions ?? []).every(({ key, operator, values }) => ({
    In: () => values.includes(labels[key]), NotIn: () => !values.includes(labels[key]),
    Exists: () => key in labels, DoesNotExist: () => !(key in labels),
  })[operator]());
}

const nameLabel = 'app.kubernetes.io/name';

export class World {
  constructor(objects, facts, { isSmall = false } = {}) {
    Object.assign(this, { objects, facts, isSmall });
    this.pods = objects.filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind)).map((object) => this.#pod(object));
  }

  of(kind) { return this.objects.filter((object) => object.kind === kind); }

  find(kind, name) { return this.objects.find((object) => object.kind === kind && object.metadata.name === name); }

  get deployments() { return this.pods.filter(({ object }) => object.kind === 'Deployment'); }

  #pod(object) {
    const { template } = object.spec;
    const autoscaler = this.of('HorizontalPodAutoscaler').find(({ spec }) => spec.scaleTargetRef.name === object.metadata.name);
    const replicas = object.kind === 'Job' ? 1 : autoscaler?.spec.maxReplicas ?? object.spec.replicas ?? 1;
    const surge = object.spec.strategy?.rollingUpdate?.maxSurge ?? 0;
    return {
      object, autoscaler, spec: template.spec,
      name: object.metadata.name,
      labels: template.metadata.labels ?? {},
      process: template.metadata.labels?.[nameLabel]?.replace(/-migrate$/, ''),
      containers: template.spec.containers,
      all: [...(template.spec.initContainers ?? []), ...template.spec.containers],
      replicasMax: replicas,
      // During a rollout.
      podsMax: replicas + (String(surge).endsWith('%') ? Math.ceil(replicas * parseInt(surge, 10) / 100) : surge),
    };
  }

  // The environment of a container, ConfigMaps included. What comes from a Secret has no value here.
  environment(container) {
    const maps = (container.envFrom ?? []).map(({ configMapRef }) => this.find('ConfigMap', configMapRef?.name)?.data ?? {});
    return Object.assign({}, ...maps, Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value])));
  }

  // The value of a flag of the container's process, as told or by default; undefined where it has no such flag.
  flag(pod, flag) {
    const told = this.environment(pod.containers[0])[`TAMARACK_${flag.toUpperCase()}`];
    return told ?? this.facts.flags[pod.process]?.[flag];
  }

  // {path: true} of the files that a container is shown, as far as it is known which they are.
  files(pod, container) {
    const found = {};
    for (const { name, mountPath } of container.volumeMounts ?? []) {
      const volume = pod.spec.volumes?.find((one) => one.name === name);
      for (const file of this.#filesOf(volume ?? {})) found[`${mountPath}/${file}`] = true;
    }
    return found;
  }

  #filesOf({ secret, configMap, projected }) {
    const items = (source, keys) => source.items?.map(({ path }) => path) ?? keys;
    if (secret) return items(secret, this.secretKeys(secret.secretName) ?? []);
    if (configMap) return items(configMap, Object.keys(this.find('ConfigMap', configMap.name)?.data ?? {}));
    return (projected?.sources ?? []).flatMap((source) => items(source.secret, this.secretKeys(source.secret.name) ?? []));
  }

  // Who makes the Secret says what is in it. Undefined where nobody does.
  secretKeys(name) {
    const certificate = this.of('Certificate').find(({ spec }) => spec.secretName === name);
    return certificate ? ['ca.crt', 'tls.crt', 'tls.key'] : this.facts.secrets[name];
  }
}
