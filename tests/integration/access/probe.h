#pragma once

#include "gateway/config/config.h"
#include "platform/base/status.h"
#include "tamarack/api/v1/policy.pb.h"

#include <google/api/annotations.pb.h>
#include <google/protobuf/descriptor.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

namespace tamarack::access {

// One HTTP binding of one method, as a request that the gateway can bind: whoever may call gets
// through with it.
struct Probe {
  std::string backend;  // Also its audience.
  std::string method;   // `package.Service.Method`
  std::string http_method;
  std::string target;
  std::string body;  // JSON; empty where the binding takes none
  api::v1::MethodPolicy policy;
  // Clients that stream have none, nor has a plug-in's page without an origin of its own.
  bool has_no_route = false;
  bool is_plugin = false;
  std::string sunset;  // Day from which on nobody may call any more; empty: none.

  bool is_safe() const { return http_method == "GET"; }
};

// Every descriptor set that the build made: a new service or method is probed without being named.
inline std::vector<gateway::BackendDescriptors> ReadDescriptorSets() {
  std::vector<gateway::BackendDescriptors> sets;
  for (const auto& entry :
       std::filesystem::directory_iterator(TAMARACK_BINARY_DIR "/descriptors")) {
    if (entry.path().extension() != ".binpb") continue;
    gateway::BackendDescriptors set{.name = entry.path().stem(), .files = {}};
    std::ifstream file(entry.path(), std::ios::binary);
    if (!set.files.ParseFromIstream(&file)) throw std::runtime_error("unreadable: " + set.name);
    sets.push_back(std::move(set));
  }
  return sets;
}

// The template with its variables filled in, by what they have to match.
inline std::string FillTemplate(std::string path) {
  path = std::regex_replace(path, std::regex(R"(\{lang\})"), "en");
  path = std::regex_replace(path, std::regex(R"(\{[a-z0-9_.]+\})"), "1");
  path = std::regex_replace(path, std::regex(R"(\{[a-z0-9_.]+=([^}]*)\})"), "$1");
  path = std::regex_replace(path, std::regex(R"(\*\*)"), "1");
  return std::regex_replace(path, std::regex(R"(\*)"), "1");
}

inline Probe MakeProbe(const google::protobuf::MethodDescriptor& method,
                       const google::api::HttpRule& rule) {
  Probe probe{
      .backend = {},
      .method = method.full_name(),
      .http_method = rule.custom().kind(),
      .target = rule.custom().path(),
      .body = {},
      .policy = method.options().GetExtension(api::v1::policy),
      .sunset = method.service()->options().GetExtension(api::v1::service).lifecycle().sunset()};
  probe.has_no_route = method.client_streaming();
  if (probe.policy.has_lifecycle()) probe.sunset = probe.policy.lifecycle().sunset();
  for (auto [name, path] : {std::pair("GET", &rule.get()), std::pair("PUT", &rule.put()),
                            std::pair("POST", &rule.post()), std::pair("DELETE", &rule.delete_()),
                            std::pair("PATCH", &rule.patch())}) {
    if (path->empty()) continue;
    probe.http_method = name;
    probe.target = *path;
  }
  probe.target = FillTemplate(probe.target);
  const auto* field = method.input_type()->FindFieldByName(rule.body());
  if (!rule.body().empty()) probe.body = field != nullptr && field->is_repeated() ? "[]" : "{}";
  return probe;
}

inline std::vector<Probe> ReadProbes(const std::vector<gateway::BackendDescriptors>& sets) {
  std::vector<Probe> probes;
  for (const auto& set : sets) {
    google::protobuf::DescriptorPool pool;
    for (const auto& proto : set.files.file()) {
      const auto* file = pool.BuildFile(proto);
      if (file == nullptr) throw std::runtime_error("no descriptors: " + proto.name());
      for (int s = 0; s < file->service_count(); ++s) {
        for (int m = 0; m < file->service(s)->method_count(); ++m) {
          const auto& method = *file->service(s)->method(m);
          const auto& rule = method.options().GetExtension(google::api::http);
          if (!method.options().HasExtension(google::api::http)) continue;
          std::vector<const google::api::HttpRule*> rules{&rule};
          for (const auto& more : rule.additional_bindings()) rules.push_back(&more);
          for (const auto* each : rules) {
            Probe& probe = probes.emplace_back(MakeProbe(method, *each));
            probe.backend = set.name;
            probe.is_plugin = set.plugin != nullptr;
            probe.has_no_route |= probe.is_plugin && probe.policy.page();
          }
        }
      }
    }
  }
  return probes;
}

}  // namespace tamarack::access
