// Runs Pods as Kubernetes would, with podman and runc: user, read-only root, capabilities, limits, and volumes with the owners and modes
// that the kubelet gives them. What a Pod asks for and this does not know ends the run: nothing is left out in silence.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const cgroups = '/sys/fs/cgroup';
const pidsMax = 512; // of a container; the kubelet's podPidsLimit

export class Podman {
  #folder = mkdtempSync(join(tmpdir(), 'tamarack-podman-'));
  #started = [];

  constructor() {
    // podman would set more than this user may have, where that is little.
    const most = (what) => Math.min(4096, ...readFileSync('/proc/self/limits', 'utf8').match(new RegExp(`^${what} +\\S+ +(\\d+)`, 'm'))?.slice(1) ?? []);
    const [files, processes] = ['Max open files', 'Max processes'].map(most);
    writeFileSync(join(this.#folder, 'containers.conf'), `[containers]
default_ulimits = ["nofile=${files}:${files}", "nproc=${processes}:${processes}"]
log_driver = "k8s-file"
[network]
network_config_dir = "${this.#folder}/networks"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`);
  }

  #command(words) {
    const folders = ['root', 'runroot', 'tmpdir', 'volumepath'].map((name) => `--${name}=${join(this.#folder, name)}`);
    return ['podman', [...folders, ...words], { encoding: 'utf8', env: { ...process.env, CONTAINERS_CONF: join(this.#folder, 'containers.conf') } }];
  }

  #podman(...words) {
    return execFileSync(...this.#command(words)).trim();
  }

  // Takes an image of an OCI layout in.
  pull(layout, name) {
    this.#podman('tag', this.#podman('pull', '--quiet', `oci:${layout}:${name}`), name);
  }

  // Starts a Pod's one container. `files` gives the contents of its Secrets and ConfigMaps: {NAME: {path: text}}.
  start(pod, files = {}) {
    const { name } = pod.metadata;
    this.#podman('run', '--detach', '--name', name, ...this.#arguments(pod, files));
    this.#started.push(name);
  }

  // Runs it to its end; what it said. Throws when that is no success.
  async run(pod, files = {}) {
    const { stdout } = await promisify(execFile)(...this.#command(['run', '--rm', ...this.#arguments(pod, files)]));
    return stdout;
  }

  inspect(name) {
    return JSON.parse(this.#podman('inspect', name))[0];
  }

  logs(name) {
    const [program, words, options] = this.#command(['logs', name]);
    return execFileSync(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  // SIGTERM, and SIGKILL after the Pod's grace; the status with which it ended.
  async stop(name) {
    await promisify(execFile)(...this.#command(['stop', name]));
    return this.inspect(name).State.ExitCode;
  }

  // Ends and forgets all, images too.
  close() {
    for (const name of this.#started) this.#podman('rm', '--force', '--time', '1', name);
    this.#podman('rmi', '--all', '--force');
    rmSync(this.#folder, { recursive: true, force: true });
    for (const controller of readdirSync(cgroups)) {
      // Empty ones: somebody else's containers may be in them.
      for (const group of ['libpod_parent/conmon', 'libpod_parent']) tryTo(() => rmdirSync(join(cgroups, controller, group)));
    }
  }

  #arguments({ metadata, spec }, files) {
    const { containers, volumes = [], securityContext: ofPod, terminationGracePeriodSeconds = 30, ...restOfPod } = spec;
    const [{ name, image, args = [], env = [], volumeMounts = [], securityContext: own, resources, ...rest }] = containers;
    const { runAsUser, runAsGroup, runAsNonRoot, fsGroup, seccompProfile, ...restOfContext } = ofPod;
    const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities, ...restOfOwn } = own;
    refuseUnknown(metadata.name, restOfPod, rest, restOfContext, restOfOwn);
    if (containers.length !== 1) throw new Error(`${name}: one container is what this runs`);
    if (!runAsNonRoot || !runAsUser || seccompProfile?.type !== 'RuntimeDefault') throw new Error(`${name}: runs as root, or without seccomp`);
    return [
      '--network', 'host', '--user', `${runAsUser}:${runAsGroup}`, ...(fsGroup ? ['--group-add', String(fsGroup)] : []),
      '--security-opt', 'seccomp=/usr/share/containers/seccomp.json',
      ...(allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
      ...(readOnlyRootFilesystem ? ['--read-only', '--read-only-tmpfs=false'] : []),
      ...capabilities.drop.flatMap((one) => ['--cap-drop', one]),
      '--memory', bytesOf(resources.limits.memory), '--memory-swap', bytesOf(resources.limits.memory), '--pids-limit', String(pidsMax),
      '--stop-timeout', String(terminationGracePeriodSeconds),
      ...env.flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
      ...volumeMounts.flatMap((mount) => this.#mount(metadata.name, mount, volumes.find((one) => one.name === mount.name), fsGroup, files)),
      image, ...args,
    ];
  }

  #mount(pod, { name, mountPath, readOnly, ...rest }, { name: _, emptyDir, secret, configMap, hostPath, ...kind }, fsGroup, files) {
    refuseUnknown(pod, rest, kind);
    if (emptyDir) return ['--tmpfs', `${mountPath}:rw,noexec,nosuid,nodev,mode=0770,size=${bytesOf(emptyDir.sizeLimit)}`];
    if (hostPath) return ['--volume', `${hostPath.path}:${mountPath}`];
    const from = join(this.#folder, 'volumes', pod, name);
    mkdirSync(from, { recursive: true });
    for (const [path, text] of Object.entries(files[secret?.secretName ?? configMap.name])) {
      const file = join(from, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      // As the kubelet: root's, and the group's by fsGroup.
      chownSync(file, 0, fsGroup ?? 0);
      chmodSync(file, (secret ?? configMap).defaultMode ?? 0o644);
    }
    return ['--volume', `${from}:${mountPath}:ro`];
  }
}

function tryTo(action) {
  try {
    action();
  } catch {
    // not there, or in use
  }
}

const bytesOf = (quantity) => quantity.replace(/Mi$/, 'm').replace(/Gi$/, 'g');

function refuseUnknown(pod, ...rests) {
  const unknown = rests.flatMap((rest) => Object.keys(rest));
  if (unknown.length) throw new Error(`${pod}: ${unknown.join(', ')} is not known here`);
}
