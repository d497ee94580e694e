// A gateway of its own for tests of what it publishes: the real program with the platform's descriptor sets. Nothing is
// behind it, since documents come from descriptors alone.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const build = resolve(process.env.TAMARACK_BUILD ?? 'build/release');
export const services = ['identity', 'payments', 'notify', 'tellusonce'];

export async function startGateway(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tamarack-documents-'));
  const config = join(folder, 'gateway.json');
  writeFileSync(config, JSON.stringify({
    public_url: 'https://services.gov.test',
    authentication: 'none',
    backends: services.map((name) => ({
      name, descriptor_set: join(build, `descriptors/${name}.binpb`), address: '127.0.0.1:1', lint_ignore: ['credential'],
    })),
    ...settings,
  }));
  const program = spawn(join(build, 'tamarack-gateway'),
    ['--config', config, '--listen', '127.0.0.1:0', '--admin_listen', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise((done) => program.once('exit', done));
  const lines = [];
  const port = await new Promise((done, fail) => {
    createInterface({ input: program.stderr }).on('line', (line) => {
      lines.push(line);
      const entry = JSON.parse(line);
      if (entry.msg === 'listening') done(entry.port);
    });
    exited.then((code) => fail(new Error(`the gateway ended with ${code}: ${lines.join('\n')}`)));
  });
  return {
    folder,
    lines, // of its log
    url: `http://127.0.0.1:${port}`,
    get: (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' }),
    async stop() {
      program.kill();
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}
