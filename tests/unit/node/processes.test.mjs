import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../../../deploy/local/stack/layout.mjs';
import { end, endStrays, forget, isOutdated, launch, pidOf, recordPid, recorded, strays } from '../../../deploy/local/stack/processes.mjs';
import { soon } from '../../support/soon.mjs';

let layout;
before(() => {
  const folder = mkdtempSync(join(tmpdir(), 'tamarack-processes-'));
  layout = { folder, id: randomUUID(), pids: join(folder, 'pids'), logs: join(folder, 'logs') };
  mkdirSync(layout.pids);
  mkdirSync(layout.logs);
});
after(() => rmSync(layout.folder, { recursive: true }));

const isAlive = (pid) => existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('a process of the local stack', () => {
  it('is started once, known by its pid, and ended', async () => {
    launch(layout, { name: 'sleeper', command: ['/bin/sleep', '100'] });
    const pid = pidOf(layout, 'sleeper');
    launch(layout, { name: 'sleeper', command: ['/bin/sleep', '100'] });
    assert.equal(pidOf(layout, 'sleeper'), pid);
    assert.deepEqual(recorded(layout), ['sleeper']);
    assert.equal(await end(layout, 'sleeper'), true);
    assert.equal(pidOf(layout, 'sleeper'), null);
    assert.deepEqual(recorded(layout), []);
    assert.equal(await end(layout, 'sleeper'), false);
  });

  it('that does not heed SIGTERM is killed', async () => {
    launch(layout, { name: 'deaf', command: ['/bin/sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'] });
    const pid = pidOf(layout, 'deaf');
    await soon('it is ready', () => readFileSync(join(layout.logs, 'deaf.log'), 'utf8').includes('ready'));
    await end(layout, 'deaf', { seconds: 0.2 });
    assert.equal(isAlive(pid), false);
  });

  it('is not signalled when its pid belongs to somebody else by now', async () => {
    const stranger = spawn('/bin/sleep', ['100']);
    recordPid(layout, 'old', stranger.pid);
    const path = join(layout.pids, 'old.json');
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), started: '1' }));
    assert.equal(pidOf(layout, 'old'), null);
    assert.equal(await end(layout, 'old'), false);
    assert.equal(isAlive(stranger.pid), true);
    stranger.kill('SIGKILL');
  });

  it('in Node is outdated once any module of the examples has changed', async () => {
    for (const path of ['one', 'two']) mkdirSync(join(layout.folder, 'examples', path), { recursive: true });
    const [program, shared] = ['one/main.mjs', 'two/shared.mjs'].map((file) => join(layout.folder, 'examples', file));
    writeFileSync(program, 'setInterval(() => {}, 1000);');
    writeFileSync(shared, '');
    launch(layout, { name: 'module', command: [process.execPath, program] });
    assert.equal(isOutdated(layout, 'module'), false);
    utimesSync(shared, new Date(), new Date(Date.now() + 5000));
    assert.equal(isOutdated(layout, 'module'), true);
    await end(layout, 'module');
  });

  it('does not run when it had ended before it could be recorded', async () => {
    const child = spawn('/bin/true');
    await new Promise((done) => child.on('exit', done));
    recordPid(layout, 'quick', child.pid);
    assert.equal(pidOf(layout, 'quick'), null);
    assert.equal(await end(layout, 'quick'), false);
  });

  it('is known to be outdated once its program has been built anew', async () => {
    const program = join(layout.folder, 'program.sh');
    writeFileSync(program, '#!/bin/sh\nexec sleep 100\n', { mode: 0o700 });
    launch(layout, { name: 'built', command: [program] });
    assert.equal(isOutdated(layout, 'built'), false);
    utimesSync(program, new Date(), new Date(Date.now() + 5000));
    assert.equal(isOutdated(layout, 'built'), true);
    await end(layout, 'built');
    assert.equal(isOutdated(layout, 'built'), false);
  });

  it('may open as many files as the machine allows, though the login that starts it has a low soft limit', () => {
    const script = `import { launch } from '${join(root, 'deploy/local/stack/processes.mjs')}';
      launch(${JSON.stringify(layout)}, { name: 'limits', command: ['/bin/sh', '-c', 'ulimit -S -n; ulimit -H -n'] });`;
    execFileSync('/bin/bash', ['-c', 'ulimit -S -n 256; exec "$0" --input-type=module -e "$1"', process.execPath, script]);
    const said = () => readFileSync(join(layout.logs, 'limits.log'), 'utf8').trim().split('\n');
    while (said().length < 2) execFileSync('/bin/true');
    assert.equal(said()[0], said()[1]);
  });

  it('that is missing is named, with what brings it', () => {
    assert.throws(() => launch(layout, { name: 'none', command: ['/nowhere/tamarack-none'] }), /none: there is no \/nowhere.*make build/);
    assert.throws(() => launch(layout, { name: 'none', command: ['/usr/nowhere/postgres'] }), /none: there is no \/usr\/nowhere.*make setup/);
  });

  it('that was started and never recorded is found and ended, and nobody else’s', async () => {
    const other = { ...layout, id: randomUUID() };
    for (const name of ['known', 'lost', 'lost-too']) launch(layout, { name, command: ['/bin/sleep', '100'] });
    launch(other, { name: 'theirs', command: ['/bin/sleep', '100'] });
    const [known, lost, lostToo, theirs] = ['known', 'lost', 'lost-too', 'theirs'].map((name) => pidOf(layout, name));
    for (const name of ['lost', 'lost-too', 'theirs']) forget(layout, name);
    assert.deepEqual(strays(layout).sort(), [lost, lostToo].sort());
    assert.equal(await endStrays(layout), 2);
    assert.deepEqual([known, lost, lostToo, theirs].map(isAlive), [true, false, false, true]);
    await end(layout, 'known');
    process.kill(theirs, 'SIGKILL');
  });

  it('is no stray when it comes from one that is recorded', async () => {
    launch(layout, { name: 'parent', command: ['/bin/sh', '-c', 'sleep 100 & echo started; wait'] });
    await soon('it has started', () => readFileSync(join(layout.logs, 'parent.log'), 'utf8').includes('started'));
    assert.deepEqual(strays(layout), []);
    forget(layout, 'parent');
    assert.equal(await endStrays(layout), 2);
  });
});
