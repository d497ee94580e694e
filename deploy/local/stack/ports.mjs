// Who holds a port.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';

// On either address of `localhost`: browsers try both.
export async function isTaken(port) {
  const answers = (host) => new Promise((answer) => {
    const socket = connect(port, host);
    socket.on('connect', () => (socket.destroy(), answer(true)));
    socket.on('error', () => answer(false));
  });
  return (await Promise.all(['127.0.0.1', '::1'].map(answers))).includes(true);
}

// Such as "process 123 (node)"; "" when that is not for us to see.
export function holderOf(port) {
  const listening = ['tcp', 'tcp6'].flatMap((file) => linesOf(`/proc/net/${file}`)).filter(([, local, , state]) =>
    state === '0A' && Number.parseInt(local.split(':').pop(), 16) === port);
  const sockets = new Set(listening.map((fields) => `socket:[${fields[9]}]`));
  for (const pid of readdirSync('/proc').filter(Number)) {
    try {
      if (readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)))) {
        return `process ${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`;
      }
    } catch {
      // gone, or somebody else's
    }
  }
  return '';
}

const linesOf = (path) => readFileSync(path, 'utf8').trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/));

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return null; // closed meanwhile
  }
}
