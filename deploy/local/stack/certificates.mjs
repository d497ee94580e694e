// A certificate authority of one's own, and from it a certificate for each process: key and certificate in one file, so that a
// rename replaces both in one step. The name in it (DNS) says which process it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from './private.mjs';

const authorityDays = 3650, days = 90, renewBeforeSeconds = 30 * 86400;
const settings = (name) => `
[req]
distinguished_name = name
prompt = no
[name]
CN = ${name}
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[process]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:${name}
`;

export const authorityFile = (folder) => join(folder, 'ca.pem');
export const pairFile = (folder, name) => join(folder, `${name}.pem`);
const authorityKeyFile = (folder) => join(folder, 'ca.key');

// Makes what is missing in `folder` or ends within 30 days; all of the processes' if `isForced`. Whoever watches the files goes on.
export function makeCertificates(folder, names, { isForced = false } = {}) {
  if (!existsSync(authorityFile(folder))) makeAuthority(folder);
  for (const name of names) {
    if (isForced || !isGood(folder, name)) writePrivate(pairFile(folder, name), signed(folder, name));
  }
}

// The key is written first: an authority whose key is missing would never be made anew.
function makeAuthority(folder) {
  const both = make(folder, 'Tamarack local stack', ['-extensions', 'authority', '-days', String(authorityDays)]);
  const end = both.indexOf('-----BEGIN CERTIFICATE-----');
  writePrivate(authorityKeyFile(folder), both.slice(0, end));
  writePrivate(authorityFile(folder), both.slice(end));
}

const signed = (folder, name) => make(folder, name, ['-extensions', 'process', '-days', String(days),
  '-CA', authorityFile(folder), '-CAkey', authorityKeyFile(folder)]);

function make(folder, name, how) {
  const config = join(folder, 'openssl.cnf');
  writePrivate(config, settings(name));
  return execFileSync('openssl', ['req', '-x509', '-config', config, '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc',
    '-keyout', '-', ...how], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const succeeds = (...args) => spawnSync('openssl', args, { stdio: 'ignore' }).status === 0;

// Of this authority, and for a while yet.
const isGood = (folder, name) => existsSync(pairFile(folder, name)) &&
  succeeds('verify', '-CAfile', authorityFile(folder), pairFile(folder, name)) &&
  succeeds('x509', '-in', pairFile(folder, name), '-noout', '-checkend', String(renewBeforeSeconds));
