// What a service says, as a peer, to whoever has a certificate of the stack's authority.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp } from 'node:http2';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { authorityFile, pairFile } from '../../deploy/local/stack/certificates.mjs';
import { root } from '../../deploy/local/stack/layout.mjs';

// By which the process `own` (nobody: none) speaks with the service `name`.
export function tlsOf(certificates, name, own) {
  const pair = own && readFileSync(pairFile(certificates, own));
  return { servername: name, ALPNProtocols: ['h2'], ca: readFileSync(authorityFile(certificates)), cert: pair, key: pair };
}

// The certificate that it shows; rejects when it hangs up instead of talking HTTP/2.
export function greet(certificates, name, listen, own) {
  const [host, port] = listen.split(':');
  return new Promise((done, fail) => {
    const socket = connect({ host, port, ...tlsOf(certificates, name, own) });
    socket.on('error', fail).on('end', () => fail(new Error('hung up')));
    socket.on('data', () => {
      done(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
  });
}

// All methods in a descriptor set that are of the package `of`: [{path, peers}], and which peers may call each beside the gateway.
export function methodsOf(build, descriptors, of) {
  const text = execFileSync('protoc', ['-I', join(root, 'proto'), '--decode=google.protobuf.FileDescriptorSet', 'google/protobuf/descriptor.proto', 'tamarack/api/v1/peers.proto'],
    { input: readFileSync(join(build, `descriptors/${descriptors}.binpb`)), encoding: 'utf8', maxBuffer: 1 << 28 });
  const methods = [];
  let pack, service, isMethod;
  for (const line of text.split('\n')) {
    const [, depth, key, value] = /^( *)(\S+?):? (?:"(.*)"|\{|.*)$/.exec(line) ?? [];
    if (depth === '  ' && key === 'package') pack = value;
    if (depth === '  ') isMethod = false;
    if (depth === '    ') isMethod = key === 'method';
    if (depth === '    ' && key === 'name') service = value;
    if (depth === '      ' && key === 'name' && isMethod) methods.push({ pack, path: `/${pack}.${service}/${value}`, peers: [] });
    if (key === '[tamarack.api.v1.peers]') methods.at(-1).peers.push(value);
  }
  return methods.filter((method) => method.pack === of);
}

// The gRPC status, as a number, of each of these methods of the service `name`, called by `own` with an empty message.
export async function statusesOf(certificates, name, listen, own, paths) {
  const session = connectHttp(`https://${listen}`, tlsOf(certificates, name, own));
  await once(session, 'connect');
  const statuses = [];
  for (const path of paths) {
    const call = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
    let status;
    const read = (headers) => (status ??= headers['grpc-status']);
    call.on('response', read).on('trailers', read).resume().end(Buffer.alloc(5));
    await once(call, 'close');
    statuses.push(Number(status));
  }
  session.close();
  return statuses;
}
