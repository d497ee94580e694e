// Ministries, their services and OAuth clients.
#pragma once

#include "platform/base/status.h"
#include "platform/postgres/postgres.h"

#include "tamarack/identity/v1/admin_service.pb.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::identity {

// An OAuth client with what it stands for: of a ministry's service (from the database), or one of
// the platform's own (internal_clients.h).
struct OauthClient {
  std::string id;
  std::string service_id;
  std::string ministry_id;
  std::string secret_sha256;  // lower-case hex
  std::vector<std::string> redirect_uris;
  std::set<std::string, std::less<>> scopes;
  std::string purpose_en;
  std::string purpose_fr;
  std::string id_token_alg = "RS256";
  std::string mode = "live";
  std::string audience;  // The one service that its tokens are for; empty: the gateway.
  int64_t revision = 1;
  bool is_enabled = true;
  bool is_platform = false;
  bool is_dpop_bound = false;         // Gets no access tokens but such as are bound to its key.
  bool is_certificate_bound = false;  // … to its TLS client certificate.
  std::string service_name_en;
  std::string service_name_fr;
  std::string ministry_name_en;
  std::string ministry_name_fr;

  const std::string& Purpose(std::string_view language) const {
    return language == "fr" ? purpose_fr : purpose_en;
  }
  const std::string& ServiceName(std::string_view language) const {
    return language == "fr" ? service_name_fr : service_name_en;
  }
  const std::string& MinistryName(std::string_view language) const {
    return language == "fr" ? ministry_name_fr : ministry_name_en;
  }
};

// Shapes a client for an answer of AdminService.
v1::Client ToProto(const OauthClient& client);

// What a failed insertion means to who asked for it: INVALID_ARGUMENT at `field`, the id of what
// the row belongs to, when that does not exist.
absl::Status NoSuchParent(const absl::Status& status, std::string_view field);

// The tables `ministry`, `service` and `oauth_client`.
class TenantRepository {
 public:
  explicit TenantRepository(pg::Pool& pool) : pool_(pool) {}

  Async<v1::Ministry> InsertMinistry(pg::Tx& tx, const v1::CreateMinistryRequest& request);
  Async<std::vector<v1::Ministry>> ListMinistries();
  // Those of `ids` that exist.
  Async<std::vector<v1::Ministry>> KnownMinistries(const std::vector<std::string>& ids);
  Async<std::vector<std::string>> KnownServices(const std::vector<std::string>& ids);
  // INVALID_ARGUMENT at `ministry_id` when there is no such ministry.
  Async<v1::MinistryService> InsertService(pg::Tx& tx, const v1::CreateServiceRequest& request);
  Async<std::vector<v1::MinistryService>> ListServices(std::string_view ministry_id);
  // The rest of the client is the caller's; names are filled in. INVALID_ARGUMENT at `service_id`
  // when there is no such service.
  Async<OauthClient> InsertClient(pg::Tx& tx, const OauthClient& client);
  // NOT_FOUND when there is no such client. Enabled or not.
  Async<OauthClient> FindClient(std::string_view client_id);
  Async<OauthClient> SetClientEnabled(std::string_view client_id, bool is_enabled);

 private:
  pg::Pool& pool_;
};

}  // namespace tamarack::identity
