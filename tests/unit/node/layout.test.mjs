import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { checkServersFolder, layoutOf, ownFolder, portsOf, portsOfPart, prepareFolders } from '../../../deploy/local/stack/layout.mjs';
import { components } from '../../../deploy/local/stack/components.mjs';
import { holderOf, isTaken } from '../../../deploy/local/stack/ports.mjs';

let folder;
const made = [];
beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'tamarack-layout-')))));
afterEach(() => [folder, ...made.splice(0)].forEach((path) => rmSync(path, { recursive: true, force: true })));
const isRoot = process.getuid() === 0;

describe('a folder of the local stack', () => {
  const cases = [
    ['is made when there is none', () => {}, null],
    ['is taken when it is ours alone', (path) => mkdirSync(path, { mode: 0o711 }), null],
    ['is refused when it is a link', (path) => symlinkSync(folder, path), /is a symbolic link/],
    ['is refused when it is a link to nothing', (path) => symlinkSync('/nowhere', path), /is a symbolic link/],
    ['is refused when it is a file', (path) => writeFileSync(path, ''), /is no folder/],
    ['is refused when everybody may write into it', (path) => (mkdirSync(path), chmodSync(path, 0o1777)), /written to by others/],
    ['is refused when a group may write into it', (path) => (mkdirSync(path), chmodSync(path, 0o770)), /written to by others/],
  ];
  if (isRoot) cases.push(['is refused when it belongs to somebody else', (path) => (mkdirSync(path, { mode: 0o700 }), chownSync(path, 65534, 65534)), /belongs to user 65534/]);
  for (const [what, make, error] of cases) {
    it(what, () => {
      const path = join(folder, 'stack');
      make(path);
      const take = () => ownFolder(path, 0o700, 'go elsewhere');
      if (!error) return void take();
      assert.throws(take, error);
      assert.throws(take, /nothing in it is trusted.*go elsewhere/);
    });
  }
});

describe('the servers’ folder', () => {
  // A path too long for a socket, as a clone that the database user cannot reach.
  const farAway = () => layoutOf({ state: join(folder, 'x'.repeat(100)), port: 8080 });

  it('is the state folder where that will do', () => {
    chmodSync(folder, 0o711);
    const layout = prepareFolders(layoutOf({ state: join(folder, 's'), port: 8080 }));
    assert.equal(layout.servers, layout.folder);
  });

  it('is elsewhere a folder of our own that nobody could have made before, and stays the same', () => {
    const { servers } = prepareFolders(farAway());
    made.push(servers);
    assert.match(servers, /^\/var\/tmp\/tamarack-/);
    assert.deepEqual([statSync(servers).uid, statSync(servers).mode & 0o022], [process.getuid(), 0]);
    const again = prepareFolders(farAway());
    assert.equal(again.servers, servers);
    checkServersFolder(again);
    const other = prepareFolders(layoutOf({ state: join(folder, 'y'.repeat(100)), port: 8080 }));
    made.push(other.servers);
    assert.notEqual(other.servers, servers);
  });

  it('is not used when somebody put another in its place, or nobody did', () => {
    const layout = prepareFolders(farAway());
    made.push(layout.servers);
    rmSync(layout.servers, { recursive: true });
    assert.throws(() => checkServersFolder(layout), /is gone: begin anew/);
    assert.equal(existsSync(layout.servers), false);
    symlinkSync(folder, layout.servers);
    assert.throws(() => checkServersFolder(prepareFolders(farAway())), /symbolic link.*begin anew/);
    assert.equal(readFileSync(join(layout.folder, 'servers'), 'utf8').trim(), layout.servers);
  });
});

describe('the ports', () => {
  it('each belong to one part', () => {
    const layout = layoutOf({ state: folder, port: 8080 });
    const ofParts = components.flatMap(({ name }) => portsOfPart(layout, name));
    assert.deepEqual(ofParts.sort(), portsOf(layout).sort());
  });

  for (const host of ['127.0.0.1', '::1', '::']) {
    it(`are taken when somebody listens on ${host}, who is named`, async () => {
      const server = createServer().listen(0, host);
      await new Promise((done) => server.once('listening', done));
      const { port } = server.address();
      assert.equal(await isTaken(port), true);
      assert.match(holderOf(port), new RegExp(`^process ${process.pid} \\(.+\\)$`));
      await new Promise((done) => server.close(done));
      assert.deepEqual([await isTaken(port), holderOf(port)], [false, '']);
    });
  }

  for (const port of ['abc', '80', '70000', '8080.5']) {
    it(`cannot begin at ${port}, and the variable is named`, () => {
      assert.throws(() => layoutOf({ state: folder, port }), /TAMARACK_PORT/);
    });
  }
});
