// sbom.mjs FOLDER STATUS COMPILED_IN: of each image in FOLDER/oci its contents as CycloneDX 1.5 and SPDX 2.3, and digests.json.
// STATUS has a file of dpkg's fields for each Debian package in the images; COMPILED_IN lists those whose headers the programs hold.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { imagesIn } from './oci.mjs';

const [folder, status, compiledIn] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '../..');
const created = new Date(process.env.SOURCE_DATE_EPOCH * 1000).toISOString().replace('.000', '');

const debian = (name, version, architecture, how) => ({
  name, version, how, purl: `pkg:deb/debian/${name.replaceAll('+', '%2B')}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-12`,
});

function unpacked(file) {
  const fields = Object.fromEntries(readFileSync(join(status, file), 'utf8').split('\n').map((line) => line.match(/^([A-Z]\S*): (.*)/)?.slice(1)).filter(Boolean));
  return debian(fields.Package, fields.Version, fields.Architecture, 'package in the image');
}

// The style sheets and fonts that the gateway serves are made of these.
function assets() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).filter(([path]) => path.startsWith('node_modules/@ongov/ontario-design-system')).map(([path, { version }]) => {
    const name = path.replace('node_modules/', '');
    return { name, version, how: 'files under /usr/share/tamarack/assets', purl: `pkg:npm/${name.replace('@', '%40')}@${version}` };
  });
}

// A UUID that follows from a text, so that the same image has the same documents.
function uuidOf(text) {
  const hash = createHash('sha256').update(text).digest('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
}

function cyclonedx({ name, digest, version }, parts) {
  const reference = `pkg:oci/${name}@${encodeURIComponent(digest)}`;
  const [algorithm, content] = digest.split(':');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json', bomFormat: 'CycloneDX', specVersion: '1.5',
    serialNumber: `urn:uuid:${uuidOf(digest)}`, version: 1,
    metadata: {
      timestamp: created,
      component: {
        'bom-ref': reference, type: 'container', name, version, purl: reference, licenses: [{ license: { id: 'Apache-2.0' } }],
        hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content }],
      },
    },
    components: parts.map(({ name, version, purl, how }) => ({ 'bom-ref': purl, type: 'library', name, version, purl, properties: [{ name: 'tamarack:how', value: how }] })),
    dependencies: [{ ref: reference, dependsOn: parts.map(({ purl }) => purl) }, ...parts.map(({ purl }) => ({ ref: purl }))],
  };
}

function spdx({ name, digest, version }, parts) {
  const one = (id, { name, version, purl, how }, licence) => ({
    SPDXID: `SPDXRef-${id}`, name, versionInfo: version, downloadLocation: 'NOASSERTION', filesAnalyzed: false, comment: how,
    licenseConcluded: licence, licenseDeclared: licence, copyrightText: 'NOASSERTION', supplier: 'NOASSERTION',
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  });
  const image = one('Image', { name, version, purl: `pkg:oci/${name}@${encodeURIComponent(digest)}`, how: 'image' }, 'Apache-2.0');
  return {
    spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT', name, documentNamespace: `urn:uuid:${uuidOf(`spdx ${digest}`)}`,
    creationInfo: { created, creators: ['Tool: tamarack-deploy-images'] },
    packages: [{ ...image, primaryPackagePurpose: 'CONTAINER' }, ...parts.map((part, i) => one(`Package-${i + 1}`, part, 'NOASSERTION'))],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image' },
      ...parts.map((_, i) => ({ spdxElementId: 'SPDXRef-Image', relationshipType: 'CONTAINS', relatedSpdxElement: `SPDXRef-Package-${i + 1}` })),
    ],
  };
}

const inAll = [
  ...readdirSync(status).sort().map(unpacked),
  ...readFileSync(compiledIn, 'utf8').trim().split('\n').map((line) => debian(...line.split(' '), 'headers compiled into the program')),
];
const digests = {};
for (const { name, digest, bytes, config } of imagesIn(join(folder, 'oci'))) {
  const image = { name, digest, version: config.config.Labels['org.opencontainers.image.version'] };
  const parts = name === 'tamarack-gateway' ? [...inAll, ...assets()] : inAll;
  writeFileSync(join(folder, `${name}.cdx.json`), `${JSON.stringify(cyclonedx(image, parts), null, 1)}\n`);
  writeFileSync(join(folder, `${name}.spdx.json`), `${JSON.stringify(spdx(image, parts), null, 1)}\n`);
  digests[name] = { digest, bytes };
  console.log(`[images] ${name.padEnd(20)} ${(bytes / 1e6).toFixed(1)} MB  ${digest}  ${parts.length} parts`);
}
writeFileSync(join(folder, 'digests.json'), `${JSON.stringify(digests, null, 1)}\n`);
