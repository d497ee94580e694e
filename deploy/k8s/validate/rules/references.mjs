// Whatever is named is there.
import { selects } from '../world.mjs';

export function references(world, report) {
  for (const pod of world.pods) podReferences(world, pod, (text) => report(pod.object, text));
  for (const service of world.of('Service')) judgeService(world, service, (text) => report(service, text));
  for (const route of world.of('HTTPRoute')) {
    for (const { name, port } of route.spec.rules.flatMap(({ backendRefs }) => backendRefs)) {
      if (!world.find('Service', name)?.spec.ports.some((one) => one.port === port)) report(route, `leads to ${name}:${port}, which is not there`);
    }
  }
  for (const certificate of world.of('Certificate')) {
    const { kind = 'Issuer', name } = certificate.spec.issuerRef;
    if (!world.find(kind, name)) report(certificate, `its ${kind} ${name} is not there`);
  }
  for (const issuer of world.of('Issuer').filter(({ spec }) => spec.ca)) {
    if (!world.of('Certificate').some(({ spec }) => spec.secretName === issuer.spec.ca.secretName && spec.isCA)) report(issuer, `nobody makes ${issuer.spec.ca.secretName}`);
  }
  for (const external of world.of('ExternalSecret')) {
    const { refreshInterval, target } = external.spec;
    if (!refreshInterval || target.creationPolicy !== 'Owner') report(external, 'no refreshInterval, or creationPolicy is not Owner');
  }
  if (world.of('ExternalSecret').length) {
    const made = world.of('ExternalSecret').map(({ spec }) => spec.target.name);
    for (const name of Object.keys(world.facts.secrets)) if (!made.includes(name)) report({ kind: 'ExternalSecret', metadata: { name } }, 'is not there');
  }
}

function podReferences(world, { object, spec, labels, all }, say) {
  if (!world.find('ServiceAccount', spec.serviceAccountName)) say(`its ServiceAccount ${spec.serviceAccountName} is not there`);
  else if (world.find('ServiceAccount', spec.serviceAccountName).automountServiceAccountToken !== false) say(`its ServiceAccount ${spec.serviceAccountName} hands out tokens`);
  if (object.spec.selector && !selects(object.spec.selector, labels)) say('its selector does not match its own Pods');
  if (object.kind === 'StatefulSet' && world.find('Service', object.spec.serviceName)?.spec.clusterIP !== 'None') say('its headless Service is not there');
  for (const { name, secret, configMap, projected } of spec.volumes ?? []) {
    const sources = projected ? projected.sources.map((source) => source.secret) : secret ? [{ ...secret, name: secret.secretName }] : [];
    for (const source of sources) {
      const keys = world.secretKeys(source.name);
      if (!keys) say(`volume ${name}: nobody makes the Secret ${source.name}`);
      for (const { key } of source.items ?? []) if (keys && !keys.includes(key)) say(`volume ${name}: the Secret ${source.name} has no ${key}`);
    }
    if (configMap && !world.find('ConfigMap', configMap.name)) say(`volume ${name}: the ConfigMap ${configMap.name} is not there`);
  }
  for (const { name, envFrom = [], volumeMounts = [] } of all) {
    for (const { configMapRef } of envFrom) if (!world.find('ConfigMap', configMapRef?.name)) say(`${name}: the ConfigMap ${configMapRef?.name} is not there`);
    for (const { name: volume, readOnly } of volumeMounts) {
      const found = spec.volumes?.find((one) => one.name === volume);
      if (!found) say(`${name}: mounts ${volume}, which is no volume`);
      else if (!found.emptyDir && readOnly !== true) say(`${name}: mounts ${volume} to write`);
    }
  }
  for (const volume of spec.volumes ?? []) {
    if (!all.some(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === volume.name))) say(`volume ${volume.name} is mounted nowhere`);
  }
}

function judgeService(world, service, say) {
  const { selector, ports = [], clusterIP, type } = service.spec;
  const pods = world.pods.filter(({ labels }) => selects({ matchLabels: selector }, labels));
  if (pods.length !== 1) return say(`selects ${pods.length} workloads, not one`);
  if (type && type !== 'ClusterIP') say(`type ${type}: nothing is reached from outside but by the route`);
  for (const { name, targetPort, port, appProtocol } of ports) {
    const found = pods[0].containers.flatMap((container) => container.ports ?? []).find((one) => one.name === targetPort);
    if (!found) say(`port ${name}: no container has ${targetPort}`);
    if (!appProtocol) say(`port ${name}: no appProtocol`);
    if (found?.name === 'admin') say('the admin port belongs to nobody outside');
    if (clusterIP === 'None' && found && found.containerPort !== port) say(`port ${name}: headless, and its Pods listen on ${found.containerPort}, not ${port}`);
  }
  if (ports.some(({ appProtocol }) => appProtocol === 'grpc') && clusterIP !== 'None') say('gRPC without a headless Service: new Pods get no calls');
}
