// What is in the images, and that the same sources make the same images. Builds them twice: root, and Debian's archive within reach.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { imagesIn } from '../../deploy/images/oci.mjs';
import { root } from '../../deploy/local/stack/layout.mjs';

const names = ['gateway', 'identity', 'payments', 'notify', 'tellusonce'].map((name) => `tamarack-${name}`);
const bytesMax = 80e6;
const folder = join(root, 'build/images');
const again = join(root, 'build/images-again');
const build = (to) => execFileSync(join(root, 'deploy/images/build.sh'), ['release', to], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

// The files of an image: path, mode as `ls` shows it. A later layer's file takes an earlier one's place.
function filesOf({ layers }) {
  const all = layers.flatMap(({ digest }) => execFileSync('tar', ['-tvzf', join(folder, 'oci/blobs', ...digest.split(':'))], { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n'));
  return [...new Map(all.map((line) => line.trim().split(/\s+/)).map(([mode, , , , , path]) => [path, { mode, path }])).values()];
}
const textOf = ({ layers }, path) => layers.map(({ digest }) => {
  try {
    return execFileSync('tar', ['-xzOf', join(folder, 'oci/blobs', ...digest.split(':')), path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return ''; // not in this layer
  }
}).join('');

let images;
before(() => {
  build(folder);
  images = imagesIn(join(folder, 'oci'));
});
after(() => rmSync(again, { recursive: true, force: true }));

describe('the images', () => {
  it('are five, and digests.json names each', () => {
    assert.deepEqual(images.map(({ name }) => name).sort(), [...names].sort());
    assert.deepEqual(read('digests.json'), Object.fromEntries(images.map(({ name, digest, bytes }) => [name, { digest, bytes }])));
  });

  it('are the same to the bit when built again', () => {
    build(again);
    const digests = (from) => readFileSync(join(from, 'digests.json'), 'utf8');
    assert.equal(digests(again), digests(folder));
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      assert.equal(readFileSync(join(again, file), 'utf8'), readFileSync(join(folder, file), 'utf8'), file);
    }
  });
});

for (const name of names) {
  describe(name, () => {
    let image, files;
    before(() => {
      image = images.find((one) => one.name === name);
      files = filesOf(image);
    });

    it('is small', () => assert.ok(image.bytes < bytesMax, `${image.bytes} bytes`));

    it('runs its program as a user with a number', () => {
      const { User, Entrypoint, Cmd } = image.config.config;
      assert.deepEqual({ User, Entrypoint, Cmd }, { User: '10001:10001', Entrypoint: [`/usr/bin/${name}`], Cmd: undefined });
    });

    it('says whence it is', () => {
      const labels = image.config.config.Labels;
      for (const label of ['title', 'source', 'revision', 'version', 'licenses']) assert.ok(labels[`org.opencontainers.image.${label}`], label);
      const { revision } = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key.split('.').pop(), value]));
      assert.equal(revision, execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim());
    });

    it('holds one program and no shell, interpreter or package manager', () => {
      const regular = files.filter(({ mode }) => mode[0] === '-');
      assert.ok(regular.length > 100, 'the layers were read');
      const programs = regular.filter(({ mode, path }) => mode.includes('x') && !/\.so(\.[\d.]+)?$/.test(path)).map(({ path }) => path);
      assert.deepEqual(programs, [`usr/bin/${name}`]);
      const inBin = files.filter(({ mode, path }) => mode[0] !== 'd' && /(^|\/)s?bin\//.test(path)).map(({ path }) => path);
      assert.deepEqual(inBin, [`usr/bin/${name}`]);
      assert.deepEqual(files.filter(({ path }) => /(^|\/)(sh|bash|dash|ash|busybox|perl|python3?|dpkg|apt|apt-get)$/.test(path)), []);
      assert.deepEqual(files.filter(({ mode }) => /[sS]/.test(mode.slice(1))), [], 'setuid or setgid');
      assert.deepEqual(files.filter(({ mode, path }) => mode[0] !== 'l' && mode[8] === 'w' && path !== 'tmp/'), [], 'everybody may write');
    });

    it('has its libraries, authorities, time zones and licences', () => {
      const has = (path) => files.some((file) => file.path === path);
      const needed = execFileSync('llvm-readelf-19', ['--needed-libs', join(root, 'build/release', name)], { encoding: 'utf8' }).match(/\S+\.so\S*/g);
      assert.ok(needed.length > 10);
      for (const library of needed) assert.ok(files.some(({ path }) => path.endsWith(`/${library}`)), library);
      for (const path of ['usr/share/zoneinfo/America/Toronto', 'etc/passwd', 'etc/nsswitch.conf', 'etc/os-release']) assert.ok(has(path), path);
      assert.ok(textOf(image, 'etc/ssl/certs/ca-certificates.crt').match(/BEGIN CERTIFICATE/g).length > 100);
      assert.ok(files.filter(({ path }) => /^usr\/share\/doc\/[^/]+\/copyright$/.test(path)).length > 30);
    });

    it('has SBOMs that name every Debian package in it and what was compiled in', () => {
      const packages = files.filter(({ path }) => /^var\/lib\/dpkg\/status\.d\/./.test(path)).map(({ path }) => path.split('/').pop());
      assert.ok(packages.includes('libssl3') && packages.includes('libpq5'), packages.join());
      const fields = Object.fromEntries(textOf(image, 'var/lib/dpkg/status.d/libssl3').split('\n').filter((line) => /^\w/.test(line)).map((line) => line.split(': ')));

      const cyclonedx = read(`${name}.cdx.json`);
      assert.deepEqual([cyclonedx.bomFormat, cyclonedx.specVersion, cyclonedx.version], ['CycloneDX', '1.5', 1]);
      assert.match(cyclonedx.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.ok(!Number.isNaN(Date.parse(cyclonedx.metadata.timestamp)));
      assert.equal(`sha256:${cyclonedx.metadata.component.hashes[0].content}`, image.digest);
      const references = cyclonedx.components.map((one) => one['bom-ref']);
      assert.equal(new Set(references).size, references.length, 'each bom-ref once');
      for (const one of cyclonedx.components) assert.ok(one.type && one.name && one.version && /^pkg:(deb|npm)\//.test(one.purl), JSON.stringify(one));
      for (const { ref, dependsOn = [] } of cyclonedx.dependencies) assert.ok([ref, ...dependsOn].every((one) => references.includes(one) || one === cyclonedx.metadata.component['bom-ref']));

      const spdx = read(`${name}.spdx.json`);
      assert.deepEqual([spdx.spdxVersion, spdx.dataLicense, spdx.SPDXID, spdx.name], ['SPDX-2.3', 'CC0-1.0', 'SPDXRef-DOCUMENT', name]);
      assert.match(spdx.documentNamespace, /^[a-z]+:[^#]+$/);
      assert.ok(spdx.creationInfo.creators.length && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(spdx.creationInfo.created));
      for (const one of spdx.packages) assert.ok(/^SPDXRef-[\w.-]+$/.test(one.SPDXID) && one.name && one.downloadLocation && one.filesAnalyzed === false, JSON.stringify(one));
      const ids = spdx.packages.map(({ SPDXID }) => SPDXID);
      for (const { spdxElementId, relatedSpdxElement } of spdx.relationships) assert.ok([...ids, spdx.SPDXID].includes(spdxElementId) && ids.includes(relatedSpdxElement));
      assert.ok(spdx.relationships.some(({ relationshipType }) => relationshipType === 'DESCRIBES'));

      for (const named of [cyclonedx.components.map((one) => [one.name, one.version]), spdx.packages.map((one) => [one.name, one.versionInfo])]) {
        const versions = new Map(named);
        for (const one of packages) assert.ok(versions.has(one), one);
        assert.equal(versions.get('libssl3'), fields.Version);
        assert.ok(versions.has('libboost1.81-dev'), 'what is compiled in');
        assert.equal(versions.has('@ongov/ontario-design-system-global-styles'), name === 'tamarack-gateway');
      }
    });
  });
}
