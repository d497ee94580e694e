// What the release's programs are built with against faults of memory: looked for in the programs themselves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const build = process.env.TAMARACK_BUILD;
const programs = readdirSync(build).filter((name) => name.startsWith('tamarack-'));

const wanted = {
  'is loaded at an address of its own each time (PIE)': /^\s*Type:\s+DYN .*\n[^]*\(FLAGS_1\).*\bPIE\b/m,
  'has its relocations made read-only (RELRO)': /^\s*GNU_RELRO\b/m,
  'has all of them made at start (BIND_NOW)': /\(FLAGS_1\).*\bNOW\b/,
  'has a stack that runs no code': /^\s*GNU_STACK\s.*\sRW\s/m,
  'looks after its stack frames': /\b__stack_chk_fail\b/,
  'looks after the bounds of libc\'s calls': /\b__(?!stack)\w+_chk\b/,
  'looks after the bounds of containers': /\b_ZSt\w*__glibcxx_assert_fail\w*\b/,
};

assert.ok(programs.length > 0, `no programs in ${build}`);
for (const program of programs) {
  describe(program, () => {
    const text = execFileSync('llvm-readelf-19', ['--file-header', '--program-headers', '--dynamic-table', '--dyn-syms', join(build, program)], { encoding: 'utf8', maxBuffer: 1 << 28 });
    for (const [what, pattern] of Object.entries(wanted)) it(what, () => assert.ok(pattern.test(text)));
  });
}
