// The images, run as Pods are: a licence is renewed through the five containers, with nothing but what their Pods give them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { imagesIn } from '../../deploy/images/oci.mjs';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { renewOnce } from '../../deploy/local/renewal.mjs';
import { root, services } from '../../deploy/local/stack/layout.mjs';
import { socketFolder } from '../../deploy/local/stack/postgres.mjs';
import { redisSocket } from '../../deploy/local/stack/components.mjs';
import { end, httpOk } from '../../deploy/local/stack/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { gatewayPod, migrationPod, pod, servicePod } from './pods.mjs';
import { Podman } from './podman.mjs';

const names = ['gateway', ...services];
const layoutFolder = join(root, 'build/images/oci');

let podman, stack;
before(async () => {
  podman = new Podman();
  for (const name of names) podman.pull(layoutFolder, `tamarack-${name}`);
});
after(async () => {
  podman?.close();
  await stack?.stop();
});

describe('the images under the policy of the Pods', () => {
  for (const name of names) {
    it(`tamarack-${name} starts with no file but its own, and is what its labels say`, async () => {
      const said = await podman.run(pod(`${name}-version`, { image: name, args: ['--version'], memory: '64Mi' }));
      const labels = imagesIn(layoutFolder).find((image) => image.name === `tamarack-${name}`).config.config.Labels;
      const [, version, commit] = said.match(/^Tamarack (\S+), commit (\w+),/m);
      assert.equal(version, labels['org.opencontainers.image.version']);
      assert.ok(labels['org.opencontainers.image.revision'].startsWith(commit), said);
    });
  }

  it('serve a renewal, from migrations on', async () => {
    stack = await startStack('images');
    const { layout } = stack;
    // In a cluster both are reached by TCP; here other users may open the sockets.
    chmodSync(socketFolder(layout), 0o755);
    chmodSync(redisSocket(layout), 0o777);
    for (const name of [...names].reverse()) await end(layout, name);
    for (const name of services) {
      await podman.run(...migrationPod(layout, name));
      podman.start(...servicePod(layout, name));
    }
    podman.start(...gatewayPod(layout));
    for (const name of names) {
      await eventually(`${name} is ready`, () => httpOk(`http://127.0.0.1:${layout.ports.admin[name]}/readyz`)().catch(() => false))
        .catch((error) => assert.fail(`${error.message}\n${podman.logs(name)}`));
    }
    const renewed = await renewOnce({ sandbox: stack.sandbox, lang: 'fr' });
    assert.match(renewed.reference, /^\w+$/);
    assert.ok(await httpOk(`${layout.gateway}/assets/tamarack.css`)());
  });

  for (const name of names) {
    it(`${name} has no right and no place to write`, () => {
      const { State: { Pid } } = podman.inspect(name);
      const status = Object.fromEntries(readFileSync(`/proc/${Pid}/status`, 'utf8').split('\n').map((line) => line.split(/:\s+/)));
      assert.deepEqual([status.Name, status.CapEff, status.CapBnd, status.NoNewPrivs, status.Seccomp],
        [`tamarack-${name}`.slice(0, 15), '0'.repeat(16), '0'.repeat(16), '1', '2']);
      assert.match(`${status.Uid} ${status.Gid}`, /^(10001\s*){8}$/);
      const mounts = readFileSync(`/proc/${Pid}/mountinfo`, 'utf8').trim().split('\n').map((line) => line.split(' '));
      const writable = mounts.filter(([, , , , , options]) => /^rw\b/.test(options)).map(([, , , , place]) => place);
      assert.deepEqual(writable.filter((place) => !/^\/(dev|proc|sys\/fs\/cgroup)(\/|$)/.test(place) && !['/run/postgresql', '/run/redis.sock'].includes(place)), []);
    });
  }

  for (const name of names) {
    it(`${name} ends in order when it is told to, as process 1`, async () => {
      const began = Date.now();
      assert.equal(await podman.stop(name), 0, podman.logs(name));
      assert.ok(Date.now() - began < 30_000, 'within its grace');
    });
  }

  it('leave nothing behind', () => {
    podman.close();
    podman = null;
    assert.equal(execFileSync('sh', ['-c', 'cat /proc/mounts | grep -c tamarack-podman || true'], { encoding: 'utf8' }).trim(), '0');
  });
});
