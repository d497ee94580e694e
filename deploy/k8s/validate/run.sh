#!/usr/bin/env bash
# run.sh [--write]: installs what the check needs, apart from the project's packages (300 MB with Trivy), and runs it.
set -euo pipefail
cd "$(dirname "$0")"
stamp=node_modules/.tamarack-lock
want=$(sha256sum package.json package-lock.json | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
  echo "[k8s] installing npm packages (about 110 MB to fetch, once)"
  npm ci --no-audit --no-fund --loglevel=error
  echo "$want" >"$stamp"
fi
node main.mjs "$@"
node --test schema.test.mjs >node_modules/.test.log || { cat node_modules/.test.log; exit 1; }
echo "[k8s] and each seeded fault of types, names and security was found"
