#include "services/identity/clients/tenant_repository.h"

#include "platform/base/id.h"
#include "platform/postgres/composed.h"
#include "platform/postgres/error.h"
#include "platform/rpc/errors.h"
#include "platform/rpc/validate.h"
#include "platform/text/text.h"

#include <algorithm>
#include <iterator>

namespace tamarack::identity {
namespace {

// A ministry is a sector of its own unless another is named.
#define MINISTRY_COLUMNS "ministry_id, name_en, name_fr, coalesce(sector, ministry_id::text)"
constexpr pg::Statement kInsertMinistry{"ministry.insert", R"sql(
  INSERT INTO ministry (ministry_id, name_en, name_fr, sector)
  SELECT $1::uuid, $2::text, $3::text, $4::text
  WHERE $4 IS NULL OR EXISTS (SELECT FROM ministry WHERE coalesce(sector, ministry_id::text) = $4))sql"};
constexpr pg::Statement kListMinistries{
    "ministry.list", "SELECT " MINISTRY_COLUMNS " FROM ministry ORDER BY ministry_id"};
constexpr pg::Statement kKnownMinistries{"ministry.known",
                                         "SELECT " MINISTRY_COLUMNS
                                         " FROM ministry WHERE ministry_id = ANY($1::uuid[])"};
constexpr pg::Statement kKnownServices{
    "service.known", "SELECT service_id FROM service WHERE service_id = ANY($1::uuid[])"};
constexpr pg::Statement kInsertService{"service.insert", R"sql(
  INSERT INTO service (service_id, ministry_id, name_en, name_fr) VALUES ($1, $2, $3, $4)
  RETURNING ministry_id)sql"};
constexpr pg::Statement kInsertClient{"oauth_client.insert", R"sql(
  INSERT INTO oauth_client (client_id, service_id, secret_sha256, redirect_uris, scopes, purpose_en, purpose_fr,
                            id_token_alg, mode, is_dpop_bound, is_certificate_bound)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};
constexpr pg::Statement kFindClient{"oauth_client.find", R"sql(
  SELECT c.client_id, c.service_id, s.ministry_id, c.secret_sha256, c.redirect_uris, c.scopes, c.purpose_en,
         c.purpose_fr, c.id_token_alg, c.mode, c.revision, c.is_enabled, s.name_en, s.name_fr, m.name_en, m.name_fr,
         c.is_dpop_bound, c.is_certificate_bound
  FROM oauth_client c JOIN service s USING (service_id) JOIN ministry m USING (ministry_id)
  WHERE c.client_id = $1)sql"};
constexpr pg::Statement kSetEnabled{"oauth_client.set_enabled",
                                    "UPDATE oauth_client SET is_enabled = $2 WHERE client_id = $1"};

OauthClient DecodeClient(const pg::Rows& rows, int row) {
  OauthClient client;
  client.id = rows.Text(row, 0);
  client.service_id = rows.Text(row, 1);
  client.ministry_id = rows.Text(row, 2);
  client.secret_sha256 = rows.Text(row, 3);
  client.redirect_uris = rows.TextArray(row, 4);
  for (auto& scope : rows.TextArray(row, 5)) client.scopes.insert(std::move(scope));
  client.purpose_en = rows.Text(row, 6);
  client.purpose_fr = rows.Text(row, 7);
  client.id_token_alg = rows.Text(row, 8);
  client.mode = rows.Text(row, 9);
  client.revision = rows.Int(row, 10);
  client.is_enabled = rows.Bool(row, 11);
  client.service_name_en = rows.Text(row, 12);
  client.service_name_fr = rows.Text(row, 13);
  client.ministry_name_en = rows.Text(row, 14);
  client.ministry_name_fr = rows.Text(row, 15);
  client.is_dpop_bound = rows.Bool(row, 16);
  client.is_certificate_bound = rows.Bool(row, 17);
  return client;
}

std::vector<v1::Ministry> DecodeMinistries(const pg::Rows& rows) {
  std::vector<v1::Ministry> ministries(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    auto& ministry = ministries[static_cast<size_t>(row)];
    ministry.set_ministry_id(std::string(rows.Text(row, 0)));
    ministry.set_name_en(std::string(rows.Text(row, 1)));
    ministry.set_name_fr(std::string(rows.Text(row, 2)));
    ministry.set_sector(std::string(rows.Text(row, 3)));
  }
  return ministries;
}

// Whatever else was asked for is known to nobody.
std::vector<std::string> UuidsOf(const std::vector<std::string>& ids) {
  std::vector<std::string> uuids;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(uuids), IsUuid);
  return uuids;
}

}  // namespace

absl::Status NoSuchParent(const absl::Status& status, std::string_view field) {
  constexpr std::string_view kForeignKeyViolation = "23503";
  constexpr std::string_view kNoUuid = "22P02";
  std::string state = pg::SqlState(status);
  bool is_missing = state == kForeignKeyViolation || state == kNoUuid;
  return is_missing ? rpc::InvalidField(field, "names nothing that exists") : status;
}

v1::Client ToProto(const OauthClient& client) {
  v1::Client out;
  out.set_client_id(client.id);
  out.set_service_id(client.service_id);
  out.set_ministry_id(client.ministry_id);
  for (const auto& uri : client.redirect_uris) out.add_redirect_uris(uri);
  for (const auto& scope : client.scopes) out.add_scopes(scope);
  out.set_purpose_en(client.purpose_en);
  out.set_purpose_fr(client.purpose_fr);
  out.set_id_token_signed_response_alg(client.id_token_alg);
  out.set_mode(client.mode);
  out.set_is_enabled(client.is_enabled);
  out.set_dpop_bound_access_tokens(client.is_dpop_bound);
  out.set_tls_client_certificate_bound_access_tokens(client.is_certificate_bound);
  return out;
}

namespace {

template <class Named>
absl::Status CheckNames(const Named& named) {
  absl::Status status = rpc::CheckLine("name_en", named.name_en());
  status.Update(rpc::CheckLine("name_fr", named.name_fr()));
  return status;
}

}  // namespace

Async<v1::Ministry> TenantRepository::InsertMinistry(pg::Tx& tx,
                                                     const v1::CreateMinistryRequest& request) {
  v1::Ministry ministry;
  ministry.set_ministry_id(NewUuid());
  ministry.set_name_en(text::TidyLine(request.name_en()));
  ministry.set_name_fr(text::TidyLine(request.name_fr()));
  CO_RETURN_IF_ERROR(CheckNames(ministry));
  std::optional<std::string> sector;
  if (!request.sector().empty()) sector = request.sector();
  ministry.set_sector(sector.value_or(ministry.ministry_id()));
  CO_ASSIGN_OR_RETURN(auto inserted,
                      co_await tx.Query(kInsertMinistry, ministry.ministry_id(), ministry.name_en(),
                                        ministry.name_fr(), sector));
  if (inserted.affected() == 0) co_return rpc::InvalidField("sector", "names nothing that exists");
  co_return ministry;
}

Async<std::vector<v1::Ministry>> TenantRepository::ListMinistries() {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListMinistries));
  co_return DecodeMinistries(rows);
}

Async<std::vector<v1::Ministry>> TenantRepository::KnownMinistries(
    const std::vector<std::string>& ids) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kKnownMinistries, UuidsOf(ids)));
  co_return DecodeMinistries(rows);
}

Async<std::vector<std::string>> TenantRepository::KnownServices(
    const std::vector<std::string>& ids) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kKnownServices, UuidsOf(ids)));
  std::vector<std::string> known;
  for (int row = 0; row < rows.size(); ++row) known.emplace_back(rows.Text(row, 0));
  co_return known;
}

Async<v1::MinistryService> TenantRepository::InsertService(
    pg::Tx& tx, const v1::CreateServiceRequest& request) {
  v1::MinistryService service;
  service.set_service_id(NewUuid());
  service.set_name_en(text::TidyLine(request.name_en()));
  service.set_name_fr(text::TidyLine(request.name_fr()));
  CO_RETURN_IF_ERROR(CheckNames(service));
  auto inserted = co_await tx.Query(kInsertService, service.service_id(), request.ministry_id(),
                                    service.name_en(), service.name_fr());
  if (!inserted.ok()) co_return NoSuchParent(inserted.status(), "ministry_id");
  service.set_ministry_id(std::string(inserted->Text(0, 0)));
  co_return service;
}

Async<std::vector<v1::MinistryService>> TenantRepository::ListServices(
    std::string_view ministry_id) {
  pg::Composed list("service.list",
                    "SELECT service_id, ministry_id, name_en, name_fr FROM service");
  list.AddIf(!ministry_id.empty(), " WHERE ministry_id = $?", ministry_id);
  list.Add(" ORDER BY service_id");
  CO_ASSIGN_OR_RETURN(auto results, co_await pool_.QueryAll(list.Bind()));
  const pg::Rows& rows = results.front();
  std::vector<v1::MinistryService> services(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    auto& service = services[static_cast<size_t>(row)];
    service.set_service_id(std::string(rows.Text(row, 0)));
    service.set_ministry_id(std::string(rows.Text(row, 1)));
    service.set_name_en(std::string(rows.Text(row, 2)));
    service.set_name_fr(std::string(rows.Text(row, 3)));
  }
  co_return services;
}

Async<OauthClient> TenantRepository::InsertClient(pg::Tx& tx, const OauthClient& client) {
  std::vector<std::string> scopes(client.scopes.begin(), client.scopes.end());
  auto inserted = co_await tx.Query(kInsertClient, client.id, client.service_id,
                                    client.secret_sha256, client.redirect_uris, scopes,
                                    client.purpose_en, client.purpose_fr, client.id_token_alg,
                                    client.mode, client.is_dpop_bound, client.is_certificate_bound);
  if (!inserted.ok()) co_return NoSuchParent(inserted.status(), "service_id");
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kFindClient, client.id));
  co_return DecodeClient(rows, 0);
}

Async<OauthClient> TenantRepository::FindClient(std::string_view client_id) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFindClient, client_id));
  if (rows.empty()) co_return absl::NotFoundError("no such client");
  co_return DecodeClient(rows, 0);
}

Async<OauthClient> TenantRepository::SetClientEnabled(std::string_view client_id, bool is_enabled) {
  // The answer is read before the commit: it must not fail once the client is, or is not, enabled.
  CO_ASSIGN_OR_RETURN(
      auto both, co_await pool_.QueryAll(pg::BoundStatement(kSetEnabled, client_id, is_enabled),
                                         pg::BoundStatement(kFindClient, client_id)));
  if (both[1].empty()) co_return absl::NotFoundError("no such client");
  co_return DecodeClient(both[1], 0);
}

}  // namespace tamarack::identity
