// What the local stack's command line says to somebody who sees it for the first time.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { root } from '../../../deploy/local/stack/layout.mjs';

let folder;
beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'tamarack-cli-')))));
afterEach(() => rmSync(folder, { recursive: true }));

const run = (program, args, env = {}) => new Promise((done) => {
  execFile(process.execPath, [join(root, 'deploy/local', program), ...args], { env: { ...process.env, TAMARACK_STATE: join(folder, 'state'), TAMARACK_PORT: '33000', ...env } },
    (error, stdout, stderr) => done({ code: error?.code ?? 0, output: stdout + stderr }));
});

describe('the local stack’s command line', () => {
  const cases = [
    ['explains itself', 'stack.mjs', ['--help'], 0, /^usage: stack\.mjs COMMAND[^]*restart NAME[^]*TAMARACK_PORT/],
    ['asks for a command', 'stack.mjs', [], 2, /^usage:/],
    ['names a command that is none', 'stack.mjs', ['toString'], 2, /no command "toString"[^]*usage:/],
    ['finds nothing to end', 'stack.mjs', ['down'], 0, /there is none in .*state/],
    ['finds nothing to describe', 'stack.mjs', ['urls'], 0, /there is none in .*state/],
    ['names a port that is none', 'stack.mjs', ['up'], 1, /TAMARACK_PORT: eighty is no port/, { TAMARACK_PORT: 'eighty' }],
    ['explains a renewal', 'renewal.mjs', ['--help'], 0, /^usage: renewal\.mjs/],
    ['names an option that is none', 'renewal.mjs', ['--language', 'fr'], 2, /--language[^]*usage:/],
    ['names an option that is missing', 'renewal.mjs', ['--email', 'zoe@example.ca'], 2, /--password is missing/],
    ['needs a stack to renew at', 'renewal.mjs', [], 1, /there is no .*sandbox\.json: `make run` starts the stack/],
  ];
  for (const [what, program, args, code, said, env] of cases) {
    it(what, async () => {
      const ended = await run(program, args, env);
      assert.match(ended.output, said);
      assert.equal(ended.code, code);
    });
  }

  it('starts nothing where a port is taken, and says which, for what and by whom', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address();
    const ended = await run('stack.mjs', ['up'], { TAMARACK_PORT: String(port - 20) });
    server.close();
    assert.equal(ended.code, 1);
    assert.match(ended.output, new RegExp(`${port}, for inbox, by process ${process.pid} `));
    assert.match(ended.output, /TAMARACK_PORT=9080 make run/);
  });

  const foreign = [
    ['a link', (path) => symlinkSync('/tmp', path), /is a symbolic link/],
    ['a folder that everybody may write into', (path) => (mkdirSync(path), chmodSync(path, 0o777)), /may be written to by others/],
  ];
  for (const [what, make, said] of foreign) {
    it(`uses no state folder that is ${what}`, async () => {
      make(join(folder, 'state'));
      for (const command of ['up', 'down', 'status']) {
        const ended = await run('stack.mjs', [command]);
        assert.equal(ended.code, 1, command);
        assert.match(ended.output, said);
        assert.match(ended.output, /TAMARACK_STATE/);
      }
    });
  }
});
