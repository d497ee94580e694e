#!/usr/bin/env node
// node deploy/assets/build.mjs OUT: puts together what the gateway serves under /assets/. Copies an allow-list only, so
// that no logo, favicon or other official mark of the design system's owner can slip in: the brand is configuration.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from './extract.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '../..');
const out = path.resolve(process.argv[2] ?? path.join(root, 'build/assets'));
const styles = path.join(root, 'node_modules/@ongov/ontario-design-system-global-styles');
const components = path.join(root, 'node_modules/@ongov/ontario-design-system-component-library');
const version = JSON.parse(fs.readFileSync(path.join(components, 'package.json'), 'utf8')).version;

const copy = (from, to) => {
  fs.mkdirSync(path.dirname(path.join(out, to)), { recursive: true });
  fs.copyFileSync(from, path.join(out, to));
};

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

// The theme and its text fonts (woff2, with their licences), at the paths that the sheet expects.
copy(path.join(styles, 'dist/styles/css/compiled/ontario-theme.min.css'), 'ods/styles/css/compiled/ontario-theme.min.css');
for (const font of fs.readdirSync(path.join(styles, 'dist/fonts'))) {
  if (!/^(open-sans|raleway-modified)-/.test(font)) continue;
  for (const file of fs.readdirSync(path.join(styles, 'dist/fonts', font))) {
    if (/\.woff2$|licen|ofl/i.test(file)) copy(path.join(styles, 'dist/fonts', font, file), `ods/fonts/${font}/${file}`);
  }
}
copy(path.join(styles, 'LICENSE'), 'ods/LICENSE.txt');

const theme = fs.readFileSync(path.join(styles, 'dist/styles/css/compiled/ontario-theme.css'), 'utf8');
const read = (file) => fs.readFileSync(path.join(components, 'dist/collection/components', file), 'utf8');
fs.writeFileSync(path.join(out, 'ods-components.css'), `@charset "UTF-8";
/* Extracted from @ongov/ontario-design-system-component-library ${version} (Apache-2.0, Government of Ontario; see
   ods/LICENSE.txt). Modified: rules of shadow roots kept for the light DOM. Generated, do not edit. */
${extract(theme, read)}
`);

for (const file of fs.readdirSync(path.join(here, 'static'), { recursive: true })) {
  if (/\.(css|svg|js)$/.test(file)) copy(path.join(here, 'static', file), file);
}

const files = fs.readdirSync(out, { recursive: true }).filter((f) => fs.statSync(path.join(out, f)).isFile());
const marks = files.filter((f) => /logo|supergraphic/i.test(f));
if (marks.length) throw new Error(`official marks among the assets: ${marks}`);
fs.writeFileSync(path.join(out, '.stamp'), '');
console.log(`assets: ${files.length} files, ${Math.round(files.reduce((sum, f) => sum + fs.statSync(path.join(out, f)).size, 0) / 1024)} kB in ${out}`);
