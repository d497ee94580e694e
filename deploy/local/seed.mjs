// Fills a fresh stack through the gateway's administration API, and writes sandbox.json. What was made is noted in
// .tamarack/seed.json step by step, so that seeding is done once and goes on where it was interrupted.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from './seed/admin.mjs';
import { fishingMinistry, ministries, people } from './seed/content.mjs';
import { dsn } from './stack/postgres.mjs';
import { brandFile, fishingOwnerFile, redisPassword, redisSocket } from './stack/components.mjs';
import { services } from './stack/layout.mjs';
import { writePrivateJson } from './stack/private.mjs';
import { secret } from './stack/secrets.mjs';

const adminClientId = 'bootstrap';

export async function seed(layout, { log = () => {} } = {}) {
  const notes = new Notes(join(layout.folder, 'seed.json'), layout.id);
  const admin = new Admin(layout.gateway, adminClientId, secret(layout, 'bootstrap'));
  const isNew = notes.isEmpty;
  const seeded = [];
  for (const ministry of ministries) seeded.push(await seedMinistry(layout, admin, notes, ministry));
  const owner = await notes.once('fishing ministry', (key) => admin.post('/v1/admin/ministries', fishingMinistry, key));
  writePrivateJson(fishingOwnerFile(layout), { ministry_id: owner.ministry_id });
  for (const person of people) await notes.once(`person ${person.email}`, (key) => admin.post('/v1/admin/people', person, key));
  if (isNew) log(`[stack] made ${ministries.length} ministries with clients, keys, templates and subscriptions, and ${people.length} people`);
  writeExampleConfig(layout, seeded);
  writeSandbox(layout, seeded);
}

async function seedMinistry(layout, admin, notes, { key, name, service, purpose, scopes, templates, part, told }) {
  const once = (what, make) => notes.once(`${key} ${what}`, make);
  const both = (words) => ({ name_en: words.en, name_fr: words.fr });
  const { ministry_id } = await once('ministry', (key) => admin.post('/v1/admin/ministries', both(name), key));
  const { service_id } = await once('service', (key) => admin.post('/v1/admin/services', { ministry_id, ...both(service) }, key));
  const redirect_uris = part === 'example' ? [`${layout.example}/callback`] : [];
  const oauth = await once('client', (key) => admin.post('/v1/admin/clients', {
    service_id, redirect_uris, scopes, purpose_en: purpose.en, purpose_fr: purpose.fr,
  }, key));
  const apiKey = async (kind, key_type) => (await once(`${kind} key ${key_type}`, (repeatable) =>
    admin.post('/v1/admin/api-keys', { service_id, kind, key_type, name: `${key}-${kind}-${key_type}` }, repeatable))).secret;
  const subscription = await once('subscription', (key) => admin.post('/v1/subscriptions', {
    ministry_id, ...both(told.name), purpose_en: told.purpose.en, purpose_fr: told.purpose.fr,
    change_type: 'address', url: `${layout[part]}/webhooks/tellusonce`, return_origins: [layout[part]], mode: 'sandbox',
  }, key));
  const ids = {};
  for (const [template, { language, subject, body }] of Object.entries(templates)) {
    ids[template] = (await once(`template ${template}`, (key) =>
      admin.post('/v2/manage-template', { service_id, type: 'email', name: template, language, subject, body }, key))).id;
  }
  return {
    part,
    name: name.en,
    ministry_id,
    service_id,
    notify_api_key_test: await apiKey('notify', 'test'),
    notify_api_key_live: await apiKey('notify', 'live'),
    pay_api_key: await apiKey('pay', 'test'),
    oauth: { client_id: oauth.client.client_id, client_secret: oauth.client_secret, redirect_uris },
    templates: ids,
    subscription: { id: subscription.subscription.subscription_id, url: subscription.subscription.url, secret: subscription.secret },
  };
}

// What was made so far, by name. Each is made under an Idempotency-Key of its own, so that what an interruption kept from
// being noted is not made twice.
class Notes {
  #path;
  #stackId;
  #made;

  constructor(path, stackId) {
    this.#path = path;
    this.#stackId = stackId;
    this.#made = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  }

  get isEmpty() {
    return Object.keys(this.#made).length === 0;
  }

  async once(name, make) {
    if (!(name in this.#made)) {
      this.#made[name] = await make(createHash('sha256').update(`${this.#stackId} ${name}`).digest('hex'));
      writePrivateJson(this.#path, this.#made);
    }
    return this.#made[name];
  }
}

function writeExampleConfig(layout, seeded) {
  for (const { part, oauth, pay_api_key, notify_api_key_live, templates: ids, subscription } of seeded) {
    writePrivateJson(join(layout.folder, `${part}.json`), {
      port: layout.ports[part],
      url: layout[part],
      gateway: layout.gateway,
      issuer: layout.gateway,
      client_id: oauth.client_id,
      client_secret: oauth.client_secret,
      redirect_uri: oauth.redirect_uris[0],
      pay_api_key,
      notify_api_key: notify_api_key_live,
      templates: ids,
      webhook_secret: subscription.secret,
      journal: journalOf(layout, part),
      brand_file: brandFile,
    });
  }
}

const journalOf = (layout, part) => join(layout.folder, `${part}.journal`);

function writeSandbox(layout, seeded) {
  const { ports } = layout;
  const each = (names, value) => Object.fromEntries(names.map((name) => [name, value(name)]));
  writePrivateJson(layout.sandbox, {
    gateway: layout.gateway,
    issuer: layout.gateway,
    inbox: layout.inbox,
    example: layout.example,
    healthcard: layout.healthcard,
    smtp: `127.0.0.1:${ports.smtp}`,
    card_processor: `http://127.0.0.1:${ports['card-processor']}`,
    grpc: each(services, (name) => `127.0.0.1:${ports.grpc[name]}`),
    metrics: {
      ...each(['gateway', ...services], (name) => `http://127.0.0.1:${ports.admin[name]}/metrics`),
      example: `${layout.example}/metrics`,
    },
    pids: {},
    postgres: each(services, (name) => dsn(layout, name)),
    redis: `unix:${redisSocket(layout)}`,
    redis_password: redisPassword(layout),
    admin: { client_id: adminClientId, client_secret: secret(layout, 'bootstrap') },
    ministries: seeded.map(({ part, ...ministry }) => ministry),
    people: people.map(({ email, password }) => ({ email, password })),
    receivers: each(['example', 'healthcard'], (part) => journalOf(layout, part)),
  });
}
