// What every Pod has: the restricted profile and beyond, resources, probes.
import { quantity } from '../world.mjs';

const identity = { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001 };
const restricted = { ...identity, allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true };
const octal0440 = 0o440;

export function securityOfPods(world, report) {
  for (const { object, name, spec, all } of world.pods) {
    const say = (text) => report(object, text);
    const context = spec.securityContext ?? {};
    for (const [key, value] of Object.entries({ ...identity, fsGroup: 10001 })) {
      if (context[key] !== value) say(`the Pod's securityContext.${key} is not ${value}`);
    }
    if (context.seccompProfile?.type !== 'RuntimeDefault') say('the Pod has no seccompProfile RuntimeDefault');
    if (spec.automountServiceAccountToken !== false) say('automountServiceAccountToken is not false: nothing here talks to the cluster');
    if (spec.enableServiceLinks !== false) say('enableServiceLinks is not false: variables of the environment are flags');
    const own = name.replace(/-migrate$/, '');
    if (spec.serviceAccountName !== own) say(`the ServiceAccount is not its own, ${own}`);
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace']) if (spec[key]) say(`${key}`);
    for (const container of all) securityOfContainer(container, (text) => say(`${container.name}: ${text}`));
    for (const volume of spec.volumes ?? []) judgeVolume(volume, (text) => say(`volume ${volume.name}: ${text}`));
  }
}

function securityOfContainer(container, say) {
  const context = container.securityContext ?? {};
  for (const [key, value] of Object.entries(restricted)) if (context[key] !== value) say(`securityContext.${key} is not ${value}`);
  if (context.seccompProfile?.type !== 'RuntimeDefault') say('no seccompProfile RuntimeDefault');
  if (String(context.capabilities?.drop) !== 'ALL' || context.capabilities.add) say('capabilities are not all dropped');
  for (const { containerPort, hostPort } of container.ports ?? []) {
    if (hostPort) say(`hostPort ${hostPort}`);
    if (containerPort <= 1024) say(`port ${containerPort} needs a capability`);
  }
  if (!/@sha256:[0-9a-f]{64}$/.test(container.image ?? '')) say(`the image ${container.image} has no digest`);
  if ((container.env ?? []).some(({ valueFrom }) => valueFrom?.secretKeyRef) || (container.envFrom ?? []).some(({ secretRef }) => secretRef)) {
    say('a Secret in the environment: mount it as a file');
  }
}

function judgeVolume({ secret, projected, emptyDir, hostPath }, say) {
  if (hostPath) say('hostPath');
  if (emptyDir && !(quantity(emptyDir.sizeLimit) > 0)) say('emptyDir without sizeLimit');
  const mode = (secret ?? projected)?.defaultMode;
  if ((secret || projected) && mode !== octal0440) say('defaultMode is not 0440');
}

export function resources(world, report) {
  for (const { object, all } of world.pods) {
    for (const { name, resources: { requests = {}, limits = {} } = {} } of all) {
      const say = (text) => report(object, `${name}: ${text}`);
      if (!requests.cpu) say('no request of CPU time');
      if (limits.cpu) say('a limit of CPU time, which throttles while the node is idle');
      if (!requests.memory || requests.memory !== limits.memory) say('memory: request and limit are not one');
      if (!requests['ephemeral-storage'] || !limits['ephemeral-storage']) say('no request and limit of ephemeral storage');
    }
  }
}

// Sidecars apart: the loopback that they listen on is out of the kubelet's reach, and a restart is what their exit leads to.
export function probes(world, report) {
  for (const { object, process, containers } of world.pods.filter(({ object: { kind } }) => kind !== 'Job')) {
    for (const container of containers) {
      const say = (text) => report(object, `${container.name}: ${text}`);
      const { startupProbe: startup, readinessProbe: readiness, livenessProbe: liveness } = container;
      if (!startup || !readiness || !liveness) {
        say('startup, readiness and liveness probe are not all there');
        continue;
      }
      if (new Set([startup, readiness, liveness].map((probe) => JSON.stringify(probe))).size < 3) say('two probes are one and the same');
      for (const probe of [startup, readiness, liveness]) {
        if (!(probe.timeoutSeconds >= 3)) say('a probe of less than 3 s ends what is only slow');
        if (probe.initialDelaySeconds) say('initialDelaySeconds beside a startup probe');
        const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
        if (!container.ports?.some(({ name }) => name === port)) say(`a probe asks the port ${port}, which it has not`);
      }
      if (liveness.periodSeconds * liveness.failureThreshold < 30) say('the liveness probe ends it within 30 s');
      if (!process || !(process in world.facts.flags)) continue;
      if (liveness.httpGet?.path !== '/livez' || startup.httpGet?.path !== '/livez') say('liveness and start are not /livez, which touches no store');
      if (readiness.httpGet?.path !== '/readyz') say('readiness is not /readyz');
    }
  }
}
