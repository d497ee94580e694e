// Turns the web components' style sheets into one sheet for server-rendered pages. The components live in shadow
// roots, which their rules cannot leave; their compiled CSS ships as plain files too. Kept are the rules of each
// component's own block names; dropped are shadow-only selectors and whatever the theme already has.

// component file → the block names that are its own
const KEEP = {
  'ontario-button/ontario-button.css': ['ontario-button'],
  'ontario-hint-text/ontario-hint-text.css': ['ontario-hint'],
  'ontario-hint-expander/ontario-hint-expander.css': ['ontario-hint-expander', 'ontario-expander'],
  'ontario-input/ontario-input.css': ['ontario-error', 'ontario-input__error', 'ontario-input--error'],
  'ontario-textarea/ontario-textarea.css': ['ontario-textarea'],
  'ontario-dropdown-list/ontario-dropdown-list.css': ['ontario-dropdown'],
  'ontario-radio-buttons/ontario-radio-buttons.css': ['ontario-radios'],
  'ontario-checkbox/ontario-checkboxes.css': ['ontario-checkboxes'],
  'ontario-date-input/ontario-date-input.css': ['ontario-date'],
  'ontario-page-alert/ontario-page-alert.css': ['ontario-alert'],
  'ontario-critical-alert/ontario-critical-alert.css': ['ontario-critical-alert'],
  'ontario-callout/ontario-callout.css': ['ontario-callout', 'ontario-border-highlight'],
  'ontario-aside/ontario-aside.css': ['ontario-aside'],
  'ontario-blockquote/ontario-blockquote.css': ['ontario-blockquote'],
  'ontario-accordion/ontario-accordion.css': ['ontario-accordion'],
  'ontario-step-indicator/ontario-step-indicator.css': ['ontario-step-indicator'],
  'ontario-table/ontario-table.css': ['ontario-table'],
  'ontario-card/ontario-card.css': ['ontario-card'],
  'ontario-card-collection/ontario-card-collection.css': ['ontario-card-collec'],
  'ontario-icon/ontario-icon.css': ['ontario-icon'],
  'ontario-language-toggle/ontario-language-toggle.css': ['ontario-language-toggler'],
  'ontario-header/ontario-application-header.css': ['ontario-application-', 'ontario-header-button', 'ontario-header__'],
  'ontario-footer/ontario-footer.css': ['ontario-footer', 'ontario-expanded-footer'],
};

export const COMPONENT_FILES = Object.keys(KEEP);

// [selector or at-rule, body] of each top-level rule.
function* rules(css) {
  for (let i = 0; ;) {
    const open = css.indexOf('{', i);
    if (open < 0) return;
    let depth = 1, end = open + 1;
    for (; depth && end < css.length; end++) depth += (css[end] === '{') - (css[end] === '}');
    yield [css.slice(i, open).trim(), css.slice(open + 1, end - 1)];
    i = end;
  }
}

// Splits at commas outside brackets.
function selectors(prelude) {
  const out = [''];
  let depth = 0;
  for (const c of prelude) {
    depth += ('(['.includes(c)) - (')]'.includes(c));
    if (c === ',' && !depth) out.push('');
    else out[out.length - 1] += c;
  }
  return out.map((s) => s.replace(/\s+/g, ' ').trim()).filter(Boolean);
}

const declarations = (body) => body.replace(/\s+/g, ' ').split(';').map((d) => d.trim()).filter(Boolean).join('; ');
const normal = (text) => text.replace(/\s+/g, '').toLowerCase().replaceAll('"', "'");
const clean = (css) => css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/@charset\s+"[^"]*";/g, '');

// `theme`: the theme's sheet; `read(file)`: the sheet of one component.
export function extract(theme, read) {
  const seen = new Set();
  const note = (css, media = '') => {
    for (const [prelude, body] of rules(css)) {
      if (prelude.startsWith('@media')) note(body, normal(prelude));
      else if (!prelude.startsWith('@')) for (const s of selectors(prelude)) seen.add([media, normal(s), normal(declarations(body))].join('|'));
    }
  };
  note(clean(theme));

  const lines = [];
  const emit = (css, blocks, media, sink) => {
    for (const [prelude, body] of rules(css)) {
      if (prelude.startsWith('@media')) {
        const inner = [];
        emit(body, blocks, normal(prelude), inner);
        if (inner.length) sink.push(`${prelude.replace(/\s+/g, ' ')} {`, ...inner.map((l) => `  ${l}`), '}');
      } else if (!prelude.startsWith('@')) {
        const text = declarations(body);
        const mine = selectors(prelude).filter((s) => {
          if (/:host|::slotted|x-apple/.test(s) || !blocks.some((b) => s.includes(`.${b}`))) return false;
          const key = [media, normal(s), normal(text)].join('|');
          return !seen.has(key) && seen.add(key);
        });
        if (mine.length && text) sink.push(`${mine.join(', ')} { ${text}; }`);
      }
    }
  };
  for (const [file, blocks] of Object.entries(KEEP)) {
    lines.push('', `/* ${file} */`);
    emit(clean(read(file)), blocks, '', lines);
  }
  return lines.join('\n');
}
