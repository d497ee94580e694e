#include "platform/rpc/peers.h"

#include "platform/base/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <google/protobuf/descriptor.h>
#include "tamarack/api/v1/peers.pb.h"

#include <algorithm>
#include <array>

namespace tamarack::rpc {
namespace {

constexpr std::string_view kGateway = "gateway";
// By which a caller knows when to go elsewhere.
constexpr std::string_view kHealthService = "/grpc.health.v1.Health/";
// What one service says to another; the rest tells of a browser or a caller, whom only the gateway
// has seen.
constexpr std::array<std::string_view, 2> kBetweenServices{"x-tamarack-language",
                                                           "x-tamarack-idempotency-key"};

const google::protobuf::MethodDescriptor* FindMethod(std::string_view path) {
  std::string name(path.substr(path.starts_with('/') ? 1 : 0));
  std::ranges::replace(name, '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

}  // namespace

bool Peers::IsUri(std::string_view name) {
  return name.find("://") != std::string_view::npos;
}

std::string Peers::DnsName(std::string_view name) {
  return absl::AsciiStrToLower(ToAbsl(name));
}

absl::StatusOr<Peers> Peers::Parse(std::string_view text) {
  Peers peers;
  for (const auto part : absl::StrSplit(ToAbsl(text), ',', absl::SkipEmpty())) {
    std::pair<std::string, std::string> entry = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (entry.first.empty() || entry.second.empty())
      return absl::InvalidArgumentError("want role=name,role=name");
    peers.names_[entry.first].push_back(IsUri(entry.second) ? entry.second : DnsName(entry.second));
  }
  return peers;
}

std::string Peers::ServerName(const std::string& role) const {
  auto found = names_.find(role);
  if (found == names_.end()) return role;
  auto name = std::ranges::find_if_not(found->second, IsUri);
  return name == found->second.end() ? role : *name;
}

bool Peers::HasRole(const std::string& role, const std::vector<std::string>& names) const {
  auto has = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  auto found = names_.find(role);
  return found == names_.end() ? has(role) : std::ranges::any_of(found->second, has);
}

absl::Status Peers::CheckCall(const std::vector<std::string>& names, std::string_view path,
                              const std::vector<std::string_view>& keys) const {
  if (HasRole(std::string(kGateway), names)) return absl::OkStatus();
  if (path.starts_with(kHealthService)) return absl::OkStatus();
  const auto* method = FindMethod(path);
  bool is_named = false;
  if (method != nullptr) {
    for (const std::string& role : method->options().GetRepeatedExtension(api::v1::peers))
      is_named = is_named || HasRole(role, names);
  }
  if (!is_named) return absl::PermissionDeniedError("this peer may not call the method");
  for (std::string_view key : keys) {
    if (key.starts_with("x-tamarack-") &&
        std::ranges::find(kBetweenServices, key) == kBetweenServices.end())
      return absl::PermissionDeniedError(absl::StrCat("this peer may not send ", ToAbsl(key)));
  }
  return absl::OkStatus();
}

}  // namespace tamarack::rpc
