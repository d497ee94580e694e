#include "services/identity/clients/internal_clients.h"

#include "platform/base/check.h"
#include "platform/config/flags.h"
#include "platform/crypto/hash.h"

#include <algorithm>
#include <array>

namespace tamarack::identity {
namespace {

struct Terms {
  std::string_view name;
  std::string_view audience;  // The service that it calls; empty: it comes by the gateway.
  std::array<std::string_view, 5> scopes;
};
constexpr std::string_view kBootstrap = "bootstrap";
constexpr Terms kTerms[] = {
    {kBootstrap, "", {"platform.admin"}},
    {"gateway", "", {}},  // exchanges credentials, and does nothing in its own name
    {"identity", "notify", {"notify.send"}},
    {"payments", "identity", {"identity.tenants.read"}},
    {"notify", "identity", {"identity.tenants.read"}},
    {"tellusonce",
     "identity",
     {"identity.subjects.resolve", "identity.contact.read", "identity.contact.write",
      "identity.reading.write", "identity.tenants.read"}},
};

}  // namespace

OauthClient PlatformClient(std::string_view name) {
  const auto* terms = std::find_if(std::begin(kTerms), std::end(kTerms),
                                   [&](const Terms& t) { return t.name == name; });
  TAMARACK_CHECK(terms != std::end(kTerms));
  OauthClient client;
  client.id = name;
  client.service_id = kPlatformServiceId;
  client.ministry_id = kPlatformMinistryId;
  client.is_platform = true;
  client.audience = terms->audience;
  for (std::string_view scope : terms->scopes) {
    if (!scope.empty()) client.scopes.emplace(scope);
  }
  return client;
}

void InternalClients::Add(std::string_view name, std::string_view secret) {
  OauthClient client = PlatformClient(name);
  client.secret_sha256 = crypto::Sha256Hex(secret);
  clients_[client.id] = client;
}

const OauthClient* InternalClients::Find(std::string_view id) const {
  auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : &found->second;
}

InternalClients InternalClients::FromFiles(const std::string& service_secrets_dir,
                                           const std::string& bootstrap_secret_file) {
  InternalClients clients;
  for (const auto& terms : kTerms) {
    std::string path = terms.name == kBootstrap ? bootstrap_secret_file
                       : service_secrets_dir.empty()
                           ? ""
                           : absl::StrCat(service_secrets_dir, "/", ToAbsl(terms.name), ".secret");
    // identity mints its own tokens and needs no secret for itself.
    if (path.empty() || terms.name == "identity") continue;
    clients.Add(terms.name, config::ReadSecretFileOrExit(path));
  }
  return clients;
}

}  // namespace tamarack::identity
