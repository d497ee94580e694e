// The five Pods of a local stack: what its processes are told, with the places where a container has it.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brandFile, redisSocket, serviceEnvironment } from '../../deploy/local/stack/components.mjs';
import { dsn, ownerOf, socketFolder } from '../../deploy/local/stack/postgres.mjs';

const user = 10001;

// A Pod under what the namespace's policy ("restricted") demands.
export const pod = (name, { image = name, args, env = {}, volumes = [], memory = '256Mi' }) => ({
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 40,
    securityContext: { runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{
      name, image: `tamarack-${image}`, args,
      env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
      volumeMounts: volumes.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      resources: { limits: { memory } },
    }],
    volumes: volumes.map(({ mountPath, ...volume }) => volume),
  },
});

// Where the stack has it, and where a container.
const places = (layout) => [
  [layout.secrets, '/run/secrets/tamarack'],
  [layout.certificates, '/run/certificates'],
  [join(layout.folder, 'assets'), '/usr/share/tamarack/assets'],
  [join(layout.build, 'descriptors/fishing.binpb'), '/etc/tamarack/fishing.binpb'],
  [join(layout.build, 'descriptors'), '/usr/share/tamarack/descriptors'],
  [dirname(brandFile), '/etc/tamarack'],
  [socketFolder(layout), '/run/postgresql'],
  [redisSocket(layout), '/run/redis.sock'],
];
const moved = (layout, text) => places(layout).reduce((so_far, [from, to]) => so_far.replaceAll(from, to), text);

// The contents of the files below `folder` that `text` names, or of those in the folders that it names.
function named(folder, text) {
  const paths = [...new Set([...text.matchAll(new RegExp(`${folder}/([\\w./-]+)`, 'g'))].map(([, path]) => path))];
  const all = paths.flatMap((path) => (statSync(join(folder, path)).isDirectory() ? readdirSync(join(folder, path)).map((file) => join(path, file)) : [path]));
  return Object.fromEntries(all.map((path) => [path, readFileSync(join(folder, path))]));
}

const secret = (name, mountPath) => ({ name, mountPath, secret: { secretName: name, defaultMode: 0o440 } });
const configured = { name: 'config', mountPath: '/etc/tamarack', configMap: { name: 'config' } };
const socket = (name, path, mountPath) => ({ name, mountPath, hostPath: { path } });

// A Pod and the files of its volumes, for a process that is told `env`.
function podOf(layout, name, image, env, args, config, more = []) {
  const text = Object.values(env).concat(Object.values(config).map(String)).join('\n');
  return [
    pod(name, {
      image, args, env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, moved(layout, value)])),
      volumes: [secret('secrets', '/run/secrets/tamarack'), secret('certificates', '/run/certificates'), configured,
        socket('postgresql', socketFolder(layout), '/run/postgresql'), socket('redis', redisSocket(layout), '/run/redis.sock'), ...more],
    }),
    { secrets: named(layout.secrets, text), certificates: named(layout.certificates, text), config, brand: pages },
  ];
}

const brand = () => ({ 'brand.json': readFileSync(brandFile) });
const pages = Object.fromEntries(['en.html', 'fr.html'].map((file) => [file, readFileSync(join(dirname(brandFile), file))]));

export const servicePod = (layout, name) => podOf(layout, name, name, serviceEnvironment(layout, name), [], brand());

export const migrationPod = (layout, name) => podOf(layout, `${name}-migrate`, name, {
  TAMARACK_PG_DSN: dsn(layout, name, ownerOf(name)), TAMARACK_PG_RUNTIME_ROLE: name,
}, ['migrate'], brand());

export function gatewayPod(layout) {
  const settings = readFileSync(join(layout.folder, 'gateway.json'), 'utf8');
  const [one, files] = podOf(layout, 'gateway', 'gateway', {
    TAMARACK_CONFIG: '/etc/tamarack/gateway.json', TAMARACK_LISTEN: `127.0.0.1:${layout.ports.gateway}`, TAMARACK_ADMIN_LISTEN: `127.0.0.1:${layout.ports.admin.gateway}`,
  }, [], { ...brand(), 'gateway.json': settings, 'fishing.binpb': readFileSync(join(layout.build, 'descriptors/fishing.binpb')) },
  [{ name: 'brand', mountPath: '/usr/share/tamarack/assets/brand', configMap: { name: 'brand' } }]);
  return [one, { ...files, config: { ...files.config, 'gateway.json': moved(layout, settings) } }];
}
