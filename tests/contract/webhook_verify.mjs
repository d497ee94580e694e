// webhook_verify.mjs FILE: verifies a webhook as a subscriber would, with the official packages. FILE holds
// {"secret": …, "headers": {…}, "body": …} as received. Exit status 0 when it is right, and altered copies are not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';

const { secret, headers, body } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const webhook = new Webhook(secret);
const data = webhook.verify(body, headers);
assert.throws(() => webhook.verify(`${body} `, headers));
assert.throws(() => webhook.verify(body, { ...headers, 'webhook-id': 'other' }));
assert.throws(() => webhook.verify(body, { ...headers, 'webhook-timestamp': '1614265330' }));

// The package invents a missing time and tolerates a missing specversion, so the raw text is asserted first.
for (const name of ['specversion', 'id', 'type', 'source', 'subject', 'time', 'datacontenttype', 'data']) {
  assert.ok(name in data, `${name} is missing`);
}
assert.equal(data.specversion, '1.0');
assert.equal(data.id, headers['webhook-id']);
const event = HTTP.toEvent({ headers, body });
assert.ok(event.validate());
assert.equal(event.type, data.type);
assert.deepEqual(event.data, data.data);
