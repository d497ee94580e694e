import { readFileSync } from 'node:fs';

// Names, links and phone numbers of the pages' frame: the platform's own file, so that people see one government. Its paths are of
// the platform's site.
export function readBrand(file, gateway) {
  const { home, help_page, footer_links = [], ...brand } = JSON.parse(readFileSync(file, 'utf8'));
  const there = (paths) => Object.fromEntries(Object.entries(paths).map(([lang, path]) => [lang, new URL(path, gateway).href]));
  return { ...brand, home: there(home), help_page: help_page && there(help_page), footer_links: footer_links.map((link) => ({ ...link, href: there(link.href) })) };
}

// The settings in the JSON file that CONFIG_FILE names. What is wrong is named, all of it, and nothing starts.
export function readConfig(required) {
  const usage = `CONFIG_FILE=settings.json node main.mjs, where the file is a JSON object with ${required.join(', ')}`;
  const fail = (why) => {
    console.error(`${why}\nusage: ${usage}`);
    process.exit(2);
  };
  if (process.argv.slice(2).some((one) => one === '--help' || one === '-h')) {
    console.log(`usage: ${usage}`);
    process.exit(0);
  }
  if (!process.env.CONFIG_FILE) fail('CONFIG_FILE is not set');
  try {
    const config = JSON.parse(readFileSync(process.env.CONFIG_FILE, 'utf8'));
    const missing = required.filter((name) => config?.[name] === undefined || config[name] === '');
    if (missing.length) fail(`${process.env.CONFIG_FILE}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`);
    const { protocol, hostname } = URL.canParse(config.url) ? new URL(config.url) : {};
    // Browsers keep our cookies on https and on this machine alone.
    if (protocol !== 'https:' && !(protocol === 'http:' && hostname === 'localhost')) fail(`${process.env.CONFIG_FILE}: url must begin with https:// or http://localhost`);
    if (config.brand_file) config.brand = readBrand(config.brand_file, config.gateway);
    return config;
  } catch (error) {
    return fail(`${process.env.CONFIG_FILE}: ${error.message}`);
  }
}
