// Whether a service keeps the wall between live and sandbox, and between services: each of its
// methods that take a token is tried with the other mode's and with another service's. Which
// methods there are is read from the descriptors: one that the table leaves out fails.
#pragma once

#include "tests/support/service_host.h"

#include "tamarack/api/v1/policy.pb.h"

#include <google/protobuf/descriptor.pb.h>
#include <catch2/catch.hpp>

#include <fstream>
#include <functional>
#include <map>
#include <string>

namespace tamarack::testing {

// What a call showed of what the sandbox's `s1` made: true when it did.
using Sees = std::function<bool(const auth::Principal& caller)>;

struct WallRow {
  Sees sees;
  // Of the service, whatever the credential's mode.
  bool is_of_both_modes = false;
};

// By `Service.Method`.
using WallTable = std::map<std::string, WallRow>;

// Methods of a package that take a token, with the scopes of an ordinary caller: an administrator's
// only where nobody else may call.
inline std::map<std::string, std::set<std::string, std::less<>>> TokenMethods(
    const std::string& descriptor_set, const std::string& package) {
  google::protobuf::FileDescriptorSet files;
  std::ifstream stream(TAMARACK_BINARY_DIR "/descriptors/" + descriptor_set + ".binpb",
                       std::ios::binary);
  REQUIRE(files.ParseFromIstream(&stream));
  std::map<std::string, std::set<std::string, std::less<>>> methods;
  for (const auto& file : files.file()) {
    if (file.package() != package) continue;
    for (const auto& service : file.service()) {
      for (const auto& method : service.method()) {
        const auto& policy = method.options().GetExtension(api::v1::policy);
        if (policy.access() != api::v1::MethodPolicy::TOKEN) continue;
        auto& scopes = methods[service.name() + "." + method.name()];
        scopes.insert(policy.scopes().begin(), policy.scopes().end());
        if (scopes.size() > 1) scopes.erase("platform.admin");
      }
    }
  }
  return methods;
}

inline auth::Principal OfMode(std::string service_id, std::string mode) {
  auto principal = ServiceCaller(std::move(service_id), {});
  principal.mode = std::move(mode);
  return principal;
}

inline void CheckWall(const std::string& descriptor_set, const std::string& package,
                      const WallTable& table) {
  auto methods = TokenMethods(descriptor_set, package);
  REQUIRE_FALSE(methods.empty());
  for (const auto& [method, row] : table) {
    CAPTURE(method);
    CHECK(methods.contains(method));
  }
  for (const auto& [method, scopes] : methods) {
    INFO(method);
    auto row = table.find(method);
    if (row == table.end()) {
      FAIL_CHECK("is not in the table: what do the other mode and other services see of it?");
      continue;
    }
    auto sees = [&](const char* service_id, const char* mode) {
      auto caller = OfMode(service_id, mode);
      caller.scopes = scopes;
      return row->second.sees(caller);
    };
    CHECK(sees("s1", "sandbox"));
    CHECK(sees("s1", "live") == row->second.is_of_both_modes);
    CHECK_FALSE(sees("s2", "sandbox"));
    CHECK_FALSE(sees("s2", "live"));
    CHECK(sees("s1", "sandbox"));  // Nor has anybody of these changed it.
  }
}

}  // namespace tamarack::testing
