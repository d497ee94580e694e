#!/usr/bin/env bash
# verify.sh OVERLAY [deployed]: what only a cluster can say, asked of kubectl's current one. First whether it would take every
# object (nothing is changed); with `deployed` whether what runs is ready, serves, and keeps strangers out.
set -euo pipefail
cd "$(dirname "$0")"
overlay=overlays/${1:?dev, staging, prod or your own}
say() { echo "[verify] $*"; }
fail() { echo "[verify] $*" >&2; exit 1; }

objects=$(kubectl kustomize "$overlay")
if grep -qE '@sha256:0{64}' <<<"$objects"; then
  grep -oE 'image(Name)?: .*@sha256:0{64}' <<<"$objects" | sort -u >&2
  fail "these images have no digest yet: release/pin.mjs, and the components' own"
fi
kubectl get namespace tamarack >/dev/null || fail "first: kubectl apply -f base/namespace.yaml"
say "would the cluster take it (admission, pod security, quota, CRDs)"
kubectl apply --server-side --dry-run=server --field-manager=tamarack -f - <<<"$objects" >/dev/null
say "yes"
[ "${2:-}" = deployed ] || exit 0

ask() { kubectl --namespace=tamarack "$@"; }
for job in identity payments notify tellusonce; do
  # A day after it was done it is gone; readiness wants its schema in any case.
  if ask get "job/$job-migrate" >/dev/null 2>&1; then ask wait --for=condition=complete --timeout=60s "job/$job-migrate"; fi
done
for name in gateway identity payments notify tellusonce; do ask rollout status --timeout=300s "deployment/$name"; done

# Port forwarding comes from the node, where no NetworkPolicy applies.
forwarded=$(mktemp)
ask port-forward deployment/gateway :8080 :9090 >"$forwarded" &
forward=$!
trap 'kill $forward; rm -f "$forwarded"' EXIT
port() { sed -nE "s/^Forwarding from 127.0.0.1:([0-9]+) -> $1$/\1/p" "$forwarded"; }
for _ in $(seq 50); do [ -z "$(port 9090)" ] || break; sleep 0.2; done
get() { curl -fsS -H "Host: $host" "http://127.0.0.1:$(port "$1")$2"; }
host=$(sed -nE 's|^ *TAMARACK_ISSUER: https://||p' <<<"$objects")
! grep -qE '"degraded": ?true' <<<"$(get 9090 /readyz)" || fail "the gateway is without Redis"
grep -q '^tamarack_gateway_configuration_clean 1' <<<"$(get 9090 /metrics)" || fail "the gateway does not serve all that it is told to: /config"
grep -q '"openapi"' <<<"$(get 8080 /openapi.json)" || fail "no API description"
# 401 comes from identity, by way of mutual TLS: neither 503 nor anything of the gateway's own.
status=$(curl -sS -o /dev/null -w '%{http_code}' -H "Host: $host" -H 'Authorization: Bearer none' "http://127.0.0.1:$(port 8080)/v1/payments")
[ "$status" = 401 ] || fail "a bad credential is answered with $status, not 401"
say "ready, and identity answers the gateway"

# A cluster takes NetworkPolicies also where nothing enforces them.
grep -qiE 'cilium|calico|antrea|kube-router|ovn' <<<"$(kubectl get pods --namespace=kube-system -o name)" ||
  say "saw no network plug-in that enforces NetworkPolicies: try from a Pod of another namespace whether identity:50051 answers"
