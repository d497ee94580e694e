// The gateway's configuration: its JSON Schema and the program agree on what is right, and every example in the documents is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { layoutOf, root } from '../../deploy/local/stack/layout.mjs';

const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(JSON.parse(readFileSync(join(root, 'gateway/config/config.schema.json'), 'utf8')));
const folder = mkdtempSync(join(tmpdir(), 'tamarack-config-'));
after(() => rmSync(folder, { recursive: true }));

// What `--check` says. A configuration that is right as such is loaded; its files may well be missing.
function check(config) {
  const path = join(folder, 'gateway.json');
  writeFileSync(path, JSON.stringify(config));
  const { status, stdout, stderr } = spawnSync(join(layoutOf().build, 'tamarack-gateway'), ['--config', path, '--check'], { encoding: 'utf8', timeout: 20000 });
  return { status, stdout, stderr, isRead: /back ends, \d+ routes/.test(stdout) };
}

const backend = { name: 'a', address: '127.0.0.1:1', descriptor_set: 'a.binpb' };
const open = { authentication: 'none', backends: [backend] };
const closed = { public_url: 'https://services.example', credentials: { address: '127.0.0.1:1', client_secret_file: 'secret' }, backends: [] };
const withBackend = (members) => ({ ...open, backends: [{ ...backend, ...members }] });

const right = {
  'one service alone': open,
  'no back end yet': closed,
  'a schema for the editor': { $schema: 'config.schema.json', ...closed },
  'everything of a back end': withBackend({
    reflection: false, allow_breaking: true, lint_ignore: ['get-body'], paths: ['/a/', '/*/a'], health_check: true, health_service: 'calls', retries: false, keepalive_seconds: 10,
    message_bytes_max: 1024, tls: { ca_file: 'c', cert_file: 'd', key_file: 'e', server_name: 'f' },
  }),
  'a back end far away by TLS': withBackend({ address: 'dns:///fish.example:443', tls: { ca_file: 'c' } }),
  'a back end far away in plain text': withBackend({ address: 'fish.example:443', plain_text: true }),
  'two of this machine': withBackend({ address: 'ipv4:127.0.0.1:1,127.0.0.2:1' }),
  'credentials far away by TLS': { ...closed, credentials: { address: 'identity:1', client_secret_file: 'secret', tls: { ca_file: 'c', cert_file: 'd', key_file: 'd' } } },
  'everything of tls': { ...open, tls: { cert_file: 'c', key_file: 'k', client_ca_file: 'a' } },
  limits: { ...open, limits: { redis: 'unix:/run/redis.sock', redis_username: 'gateway', redis_password_file: 'p', classes: { read: { per_second: 0.5, burst: 1, per_day: 0, concurrent: 0 }, kites: {} } } },
  'web sites that may call': withBackend({ cors_origins: ['https://app.example', '*'] }),
  'proxies that write Forwarded': { ...open, trusted_proxies: ['10.0.0.0/8'], forwarded_header: 'forwarded' },
  'a plug-in': withBackend({ owner: '8e03978e-40d5-43e8-bc93-6894a57f9324', pages_origin: 'http://a.example', cookies: ['basket', '__Host-a'] }),
  'a public suffix': { ...open, public_suffixes: ['gov.example'] },
  'a plug-in that sees its callers': withBackend({
    owner: '8e03978e-40d5-43e8-bc93-6894a57f9324', headers: ['X-Own'], client_ip: true, client_certificate: true, body_bytes_max: 1024,
  }),
  'a service of the platform': { ...closed, backends: [{ ...backend, platform: true }] },
  'a plug-in of a ministry': withBackend({ audience: 'kites', owner: '018f0000-0000-7000-8000-000000000001' }),
  reflection: { ...open, backends: [{ name: 'a', address: '127.0.0.1:1', reflection: true }] },
};
const wrong = {
  'an unknown setting': { ...open, nonsense: 1 },
  'an unknown setting of a back end': withBackend({ port: 1 }),
  'an unknown setting of tls': withBackend({ tls: { ca_file: 'c', ciphers: 'all' } }),
  'another authentication': { ...open, authentication: 'some' },
  'no credentials': { public_url: 'http://x', backends: [] },
  'no public_url': { ...closed, public_url: undefined },
  'a public_url with a path': { ...closed, public_url: 'http://x/y' },
  'no back ends': { ...closed, backends: undefined },
  'a back end without a name': withBackend({ name: undefined }),
  'a back end without an address': withBackend({ address: '' }),
  'a back end without descriptors': withBackend({ descriptor_set: undefined }),
  'a back end with both': withBackend({ reflection: true }),
  'an empty audience': withBackend({ audience: '' }),
  'a back end of nobody': { ...closed, backends: [backend] },
  'a back end that is not even the platform\'s': { ...closed, backends: [{ ...backend, platform: false }] },
  'a service of the platform that a ministry owns': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', platform: true }),
  'callers that are shown to nobody': withBackend({ client_ip: true }),
  'headers that are shown to nobody': withBackend({ headers: ['x-own'] }),
  'a header that is a credential': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', headers: ['cookie'] }),
  'a header that is no name': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', headers: ['a b'] }),
  'a public suffix of one label': { ...open, public_suffixes: ['example'] },
  'certificates that are shown to nobody': withBackend({ client_certificate: true }),
  'bodies of nobody': withBackend({ body_bytes_max: 2048 }),
  'bodies without end': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', body_bytes_max: 67108865 }),
  'a plug-in in the name of a service of the platform': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', name: 'payments' }),
  'a plug-in for which the tokens of a service of the platform are': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', audience: 'notify' }),
  'an owner by name': withBackend({ owner: 'Ministry of Kites' }),
  'an owner in upper case': withBackend({ owner: '018F0000-0000-7000-8000-000000000001' }),
  'a certificate without its key': withBackend({ tls: { ca_file: 'c', cert_file: 'd' } }),
  'a key without its certificate': withBackend({ tls: { ca_file: 'c', key_file: 'd' } }),
  'a back end far away, with nothing said': withBackend({ address: 'fish.example:443' }),
  'a name that only looks like loopback': withBackend({ address: '127.fish.example:443' }),
  'one of this machine and one far away': withBackend({ address: 'ipv4:127.0.0.1:1,192.0.2.1:1' }),
  'plain text by TLS': withBackend({ plain_text: true, tls: { ca_file: 'c' } }),
  'credentials far away, with nothing said': { ...closed, credentials: { address: 'identity:1', client_secret_file: 'secret' } },
  'tls without an authority': withBackend({ tls: {} }),
  'a server certificate without its key': { ...open, tls: { cert_file: 'c' } },
  'a web site with a path': withBackend({ cors_origins: ['https://app.example/'] }),
  'another forwarded header': { ...open, forwarded_header: 'x-real-ip' },
  'too much keepalive': withBackend({ keepalive_seconds: 9 }),
  'half a byte': withBackend({ message_bytes_max: 2048.5 }),
  'a path without a slash': withBackend({ paths: ['a'] }),
  'a list that is none': withBackend({ lint_ignore: 'get-body' }),
  'a rate of nothing': { ...open, limits: { classes: { read: { per_second: 0 } } } },
  'half a burst': { ...open, limits: { classes: { read: { burst: 0.5 } } } },
  'an unknown figure of a rate class': { ...open, limits: { classes: { read: { per_hour: 1 } } } },
  'an unknown setting of limits': { ...open, limits: { store: 'redis' } },
  'an owner without a name': withBackend({ owner: '' }),
  'pages of nobody': withBackend({ pages_origin: 'http://a.example' }),
  'cookies of nobody': withBackend({ cookies: ['basket'] }),
  'pages below a path': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', pages_origin: 'http://a.example/pages' }),
  'a cookie of the platform': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', cookies: ['__Host-tamarack-session'] }),
  'a cookie that is no name': withBackend({ owner: '018f0000-0000-7000-8000-00000000000c', cookies: ['a=b'] }),
  'proxies that are no list': { ...open, trusted_proxies: '10.0.0.0/8' },
};

describe('the configuration of the gateway', () => {
  for (const [name, config] of Object.entries(right)) {
    it(`may have ${name}`, () => {
      assert.ok(validate(config), JSON.stringify(validate.errors));
      assert.ok(check(config).isRead, check(config).stderr);
    });
  }
  for (const [name, config] of Object.entries(wrong)) {
    it(`may not have ${name}`, () => {
      assert.ok(!validate(JSON.parse(JSON.stringify(config))));
      const { status, isRead } = check(config);
      assert.equal(status, 2);
      assert.ok(!isRead);
    });
  }

  it('is right in every example of the documents', () => {
    const documents = ['gateway', 'docs', 'examples'].flatMap((top) => readdirSync(join(root, top), { recursive: true })
      .map((file) => join(root, top, file)).filter((file) => file.endsWith('.md')));
    const examples = documents.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^ *```json\n(.*?)^ *```/gms)]
      .map(([, text]) => ({ file, config: JSON.parse(text) })).filter(({ config }) => 'backends' in config || 'address' in config)
      .map(({ file, config }) => ({ file, config: 'backends' in config ? config : { ...closed, backends: [config] } })));
    assert.ok(examples.some(({ file }) => file.endsWith('plug-in-pages.md')));
    assert.ok(examples.length >= 5);
    for (const { file, config } of examples) {
      assert.ok(validate(config), `${file}: ${JSON.stringify(validate.errors)}`);
      assert.ok(check(config).isRead, file);
    }
  });

  it('is told everything that is wrong with it at once', () => {
    const { stderr, status } = check({ backends: [{ name: 1 }], nonsense: 2 });
    assert.equal(status, 2);
    for (const line of ['public_url: is required', 'credentials: is required', 'backends[0].name: must be a string', 'backends[0].address: is required', 'nonsense: no such setting']) {
      assert.ok(stderr.includes(line), `${line} in ${stderr}`);
    }
  });

  it('is told what its routes are', () => {
    const { stdout, status } = check({ ...open, backends: [{ ...backend, descriptor_set: join(layoutOf().build, 'descriptors/notify.binpb') }] });
    assert.equal(status, 0);
    assert.match(stdout, /^POST +\/v2\/notifications\/email {2}tamarack\.notify\.v1\.NotificationService\.SendEmail {2}TOKEN$/m);
  });
});
