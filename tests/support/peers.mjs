// What a service says, as a peer, to whoever has a certificate of the stack's authority.
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { authorityFile, pairFile } from '../../deploy/local/stack/certificates.mjs';

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
