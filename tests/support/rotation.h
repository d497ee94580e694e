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
  keys::Resealer resealer(host.executor(), host.pool(), ring, std::move(uses.columns),
                          host.registry());
  auto left = host.Await(resealer.Round());
  if (!left.ok()) throw std::runtime_error(std::string(left.status().message()));
  return *left;
}

}  // namespace tamarack::testing
