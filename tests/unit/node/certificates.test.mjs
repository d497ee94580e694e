// The local stack's own certificate authority.
import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { authorityFile, makeCertificates, pairFile } from '../../../deploy/local/stack/certificates.mjs';

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tamarack-certificates-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const read = (file) => new X509Certificate(readFileSync(file));
const own = (name) => read(pairFile(folder, name));

describe('certificates of the local stack', () => {
  it('name one process each, and are of one authority', () => {
    makeCertificates(folder, ['gateway', 'identity']);
    const authority = read(authorityFile(folder));
    assert.ok(authority.ca);
    for (const name of ['gateway', 'identity']) {
      assert.equal(own(name).subjectAltName, `DNS:${name}`);
      assert.ok(!own(name).ca);
      assert.ok(own(name).verify(authority.publicKey));
      assert.ok(own(name).checkPrivateKey(createPrivateKey(readFileSync(pairFile(folder, name)))));
      assert.equal(own(name).publicKey.asymmetricKeyDetails.namedCurve, 'prime256v1');
    }
  });

  it('are read by their owner only', () => {
    makeCertificates(folder, ['gateway']);
    assert.ok(readdirSync(folder).length >= 3);
    for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
  });

  it('stay until they are wanted anew, are spoilt or of another authority; the authority stays', () => {
    makeCertificates(folder, ['gateway', 'identity']);
    const [authority, first] = [read(authorityFile(folder)), own('gateway')];
    makeCertificates(folder, ['gateway', 'identity']);
    assert.equal(own('gateway').serialNumber, first.serialNumber);
    makeCertificates(folder, ['gateway'], { isForced: true });
    assert.notEqual(own('gateway').serialNumber, first.serialNumber);
    writeFileSync(pairFile(folder, 'identity'), 'spoilt');
    makeCertificates(folder, ['identity']);
    assert.ok(own('identity').verify(authority.publicKey));
    assert.equal(read(authorityFile(folder)).serialNumber, authority.serialNumber);
    rmSync(authorityFile(folder));
    makeCertificates(folder, ['gateway']);
    assert.ok(own('gateway').verify(read(authorityFile(folder)).publicKey));
  });
});
