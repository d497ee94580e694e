#pragma once

#include "platform/keys/resealer.h"
#include "tests/support/service_host.h"

#include <string>
#include <utility>

namespace tamarack::testing {

// Adds a version to a ring that a service under test uses; new things are made with it from now on.
inline absl::Status Rotate(ServiceHost& host, crypto::Keyring& ring) {
  return host.Await([&]() -> AsyncStatus {
    crypto::KeyVersions versions = ring.versions();
    std::string id = std::to_string(versions.size() + 1);
    versions.push_back({.id = id, .secret = std::string(31, 's') + id});
    co_return ring.Replace(std::move(versions));
  }());
}

// Takes out all versions but the one in use.
inline absl::Status RetireEarlier(ServiceHost& host, crypto::Keyring& ring) {
  return host.Await(
      [&]() -> AsyncStatus { co_return ring.Replace(crypto::KeyVersions{ring.in_use()}); }());
}

// One round of the resealer: how many rows are left.
inline int64_t Reseal(ServiceHost& host, const crypto::Keyring& ring, keys::KeyUses uses) {
  pg::Pool pool(host.executor(), host.database().runtime_dsn(), 1);
  keys::Resealer resealer(host.executor(), pool, ring, std::move(uses.columns), host.registry());
  auto round = host.Await(resealer.Round());
  // The server has yet to notice that an earlier one of ours has gone.
  while (absl::IsAborted(round.status())) round = host.Await(resealer.Round());
  if (!round.ok()) throw std::runtime_error(std::string(round.status().message()));
  return round->rows_left;
}

}  // namespace tamarack::testing
