// Writes objects, lists, texts and numbers as YAML: what is generated here needs no more.
const plain = /^[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$/;
const reserved = /^(true|false|yes|no|on|off|null|y|n)$/i;
const scalar = (value) => (typeof value === 'string' && (!plain.test(value) || reserved.test(value)) ? JSON.stringify(value) : String(value));

function lines(value) {
  if (Array.isArray(value)) return value.flatMap((one) => indent(lines(one), '- '));
  if (typeof value !== 'object') return [scalar(value)];
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one !== 'object') return [`${key}: ${scalar(one)}`];
    if (Object.keys(one).length === 0) return [`${key}: ${Array.isArray(one) ? '[]' : '{}'}`];
    return [`${key}:`, ...indent(lines(one), '  ')];
  });
}
const indent = ([first, ...rest], by) => [by + first, ...rest.map((line) => `  ${line}`)];

export const yaml = (value) => `${lines(value).join('\n')}\n`;
