// Rollouts, ends, replicas, disruptions.
import { selects } from '../world.mjs';

export function rollout(world, report) {
  for (const pod of world.deployments) {
    const { object, spec } = pod;
    const { strategy, minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit } = object.spec;
    if (strategy?.type !== 'RollingUpdate' || strategy.rollingUpdate?.maxUnavailable !== 0) report(object, 'a rollout takes away before it adds (maxUnavailable is not 0)');
    if (!(minReadySeconds >= 10)) report(object, 'minReadySeconds is less than 10');
    if (!progressDeadlineSeconds || revisionHistoryLimit === undefined) report(object, 'no progressDeadlineSeconds or revisionHistoryLimit');
    if (!(noticeOf(world, pod) >= noticeLeast)) report(object, `less than ${noticeLeast} s of notice (--drain_notice_seconds) before it refuses calls`);
    const needed = graceOf(world, pod);
    if (!(spec.terminationGracePeriodSeconds >= needed)) {
      report(object, `terminationGracePeriodSeconds is ${spec.terminationGracePeriodSeconds}; notice, drain, background work and 5 s to spare take ${needed}`);
    }
  }
  for (const { spec: { backoffLimit, ttlSecondsAfterFinished, activeDeadlineSeconds }, ...object } of world.of('Job')) {
    if (!(backoffLimit > 0) || !ttlSecondsAfterFinished || !activeDeadlineSeconds) report(object, 'no backoffLimit, ttlSecondsAfterFinished or activeDeadlineSeconds');
  }
}

// How long it takes until no node or proxy sends anything new.
const noticeLeast = 5;

const noticeOf = (world, pod) => Number(world.flag(pod, 'drain_notice_seconds')) + (pod.containers[0].lifecycle?.preStop?.sleep?.seconds ?? 0);
const graceOf = (world, pod) => noticeOf(world, pod) + Number(world.flag(pod, 'drain_seconds')) + world.facts.endSeconds + 5;

const enough = 3;

export function replicas(world, report) {
  for (const { object, autoscaler } of world.deployments) {
    const { replicas: fixed } = object.spec;
    if (autoscaler && fixed !== undefined) report(object, 'has replicas and an autoscaler: each apply would set it back');
    const least = autoscaler?.spec.minReplicas ?? fixed ?? 1;
    if (!world.isSmall && least < enough) report(object, `${least} replicas, which do not outlive a zone and a drain: ${enough}`);
    if (autoscaler) judgeAutoscaler(autoscaler, report);
  }
  for (const { spec: { scaleTargetRef: { kind, name } }, ...object } of world.of('HorizontalPodAutoscaler')) {
    if (!world.find(kind, name)) report(object, `scales ${kind} ${name}, which is not there`);
  }
}

function judgeAutoscaler(autoscaler, report) {
  const { minReplicas, maxReplicas, behavior, metrics = [] } = autoscaler.spec;
  if (!(maxReplicas > minReplicas)) report(autoscaler, 'maxReplicas is not above minReplicas');
  if (!(behavior?.scaleDown?.stabilizationWindowSeconds >= 300) || behavior.scaleUp?.stabilizationWindowSeconds !== 0) report(autoscaler, 'not fast up and slow down');
  if (!metrics.some(({ containerResource }) => containerResource?.name === 'cpu' && containerResource.container === 'main')) report(autoscaler, 'no metric of the process\'s own CPU time');
}

// Jobs and what CloudNativePG runs apart: it makes its own.
export function disruption(world, report) {
  const lasting = world.pods.filter(({ object }) => object.kind !== 'Job');
  for (const { object, labels } of lasting) {
    const budgets = world.of('PodDisruptionBudget').filter(({ spec }) => selects(spec.selector, labels));
    if (budgets.length !== 1) report(object, `${budgets.length} PodDisruptionBudgets, not one`);
  }
  for (const budget of world.of('PodDisruptionBudget')) {
    const { spec } = budget;
    if (lasting.filter(({ labels }) => selects(spec.selector, labels)).length !== 1) report(budget, 'selects not exactly one workload');
    if (spec.maxUnavailable !== 1 || spec.minAvailable !== undefined) report(budget, 'maxUnavailable is not 1');
    if (spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow') report(budget, 'what is not healthy keeps a node from being emptied');
  }
}

export function spread(world, report) {
  for (const { object, labels, spec } of world.pods.filter(({ object: { kind } }) => kind !== 'Job')) {
    const over = (key) => spec.topologySpreadConstraints?.find(({ topologyKey }) => topologyKey === key);
    const [zone, host] = [over('topology.kubernetes.io/zone'), over('kubernetes.io/hostname')];
    if (!zone || !host) {
      report(object, 'not spread over zones and nodes');
      continue;
    }
    for (const one of [zone, host]) {
      if (one.maxSkew !== 1 || one.nodeTaintsPolicy !== 'Honor') report(object, `spread over ${one.topologyKey}: maxSkew 1 and nodeTaintsPolicy Honor`);
      if (!one.labelSelector || !selects(one.labelSelector, labels)) report(object, `spread over ${one.topologyKey}: does not count its own Pods`);
      if (object.kind === 'Deployment' && !one.matchLabelKeys?.includes('pod-template-hash')) report(object, `spread over ${one.topologyKey}: counts Pods of the earlier version`);
    }
    if (!world.isSmall && zone.whenUnsatisfiable !== 'DoNotSchedule') report(object, 'zones are only preferred');
  }
}
