#include "platform/webhooks/outbox.h"

#include "platform/base/id.h"
#include "platform/http/client.h"
#include "platform/postgres/postgres.h"
#include "platform/rpc/errors.h"
#include "platform/telemetry/traced_executor.h"
#include "platform/webhooks/lanes.h"
#include "platform/webhooks/signature.h"

namespace tamarack::webhooks {
namespace {

constexpr size_t kUrlBytesMax = 2048;
constexpr size_t kEventTypesMax = 100;

// A delivery is due at once when it is the first of its lane, in this batch and in the table.
constexpr pg::Statement kAppend{"event.append", R"sql(
  WITH added AS (
    INSERT INTO event (event_id, tenant_id, mode, type, source, subject, data, traceparent)
    SELECT event_id, tenant_id, mode, type, source, subject, data, nullif($8, '')
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::json[])
      WITH ORDINALITY AS e (event_id, tenant_id, mode, type, source, subject, data, place)
    ORDER BY place
    RETURNING event_id, sequence, tenant_id, mode, type, subject
  ), fanned AS (
    SELECT a.event_id, a.sequence, a.subject, e.endpoint_id,
           row_number() OVER (PARTITION BY e.endpoint_id, a.subject ORDER BY a.sequence) AS place
    FROM added a JOIN webhook_endpoint e ON e.tenant_id = a.tenant_id AND e.mode = a.mode AND e.enabled
      AND (e.event_types = '{}' OR a.type = ANY (e.event_types))
  )
  INSERT INTO webhook_delivery (event_id, endpoint_id, subject, due_at)
  SELECT f.event_id, f.endpoint_id, f.subject,
         CASE WHEN f.place = 1 AND NOT EXISTS (
           SELECT FROM webhook_delivery d
           WHERE d.endpoint_id = f.endpoint_id AND d.subject = f.subject AND d.state = 1)
         THEN now() END
  FROM fanned f ORDER BY f.sequence)sql"};

#define ENDPOINT_COLUMNS "endpoint_id, tenant_id, mode, url, event_types, enabled, disabled_reason"

constexpr pg::Statement kInsertEndpoint{
    "webhook_endpoint.insert",
    "INSERT INTO webhook_endpoint (endpoint_id, tenant_id, mode, url, event_types, sealed_secret) "
    "VALUES ($1, $2, $3, $4, $5::text[], $6) RETURNING " ENDPOINT_COLUMNS};

constexpr pg::Statement kUpdateEndpoint{
    "webhook_endpoint.update",
    "UPDATE webhook_endpoint SET url = $4, event_types = $5::text[], enabled = $6, "
    "disabled_reason = CASE WHEN $6 THEN '' WHEN enabled THEN 'by request' ELSE disabled_reason "
    "END, paused_until = '-infinity', failing_since = NULL "
    "WHERE endpoint_id = $1 AND tenant_id = $2 AND mode = $3 RETURNING " ENDPOINT_COLUMNS};

constexpr pg::Statement kFindEndpoint{
    "webhook_endpoint.find",
    "SELECT " ENDPOINT_COLUMNS
    " FROM webhook_endpoint WHERE endpoint_id = $1 AND tenant_id = $2 AND mode = $3"};

constexpr pg::Statement kListEndpoints{"webhook_endpoint.list",
                                       "SELECT " ENDPOINT_COLUMNS
                                       " FROM webhook_endpoint WHERE tenant_id = $1 AND mode = $2 "
                                       "ORDER BY endpoint_id LIMIT 1000"};

constexpr keys::ColumnSql kSecrets =
    SEALED_COLUMN("webhook_endpoint", "sealed_secret", "endpoint_id");

Endpoint DecodeEndpoint(const pg::Rows& rows, int row) {
  Endpoint endpoint;
  endpoint.id = rows.Text(row, 0);
  endpoint.owner = {.id = std::string(rows.Text(row, 1)), .mode = auth::ModeOf(rows.Text(row, 2))};
  endpoint.url = rows.Text(row, 3);
  endpoint.event_types = rows.TextArray(row, 4);
  endpoint.enabled = rows.Bool(row, 5);
  endpoint.disabled_reason = rows.Text(row, 6);
  return endpoint;
}

// Of the call whose change is told; empty when it is not recorded, or not one alone.
std::string TraceparentOf(const boost::asio::any_io_executor& task) {
  auto traces = telemetry::TracesOf(task);
  return traces.size() == 1 ? telemetry::FormatTraceparent(traces.front()) : "";
}

absl::Status CheckEndpointUrl(const std::string& url, const http::AddressPolicy& policy) {
  if (url.size() > kUrlBytesMax) return rpc::InvalidField("url", "must be at most 2048 characters");
  absl::Status checked = http::CheckUrl(url, policy);
  return checked.ok() ? checked : rpc::InvalidField("url", ToStd(checked.message()));
}

absl::Status CheckEventTypes(const std::vector<std::string>& types) {
  return types.size() <= kEventTypesMax
             ? absl::OkStatus()
             : rpc::InvalidField("event_types", "must have at most 100 elements");
}

}  // namespace

keys::KeyedColumn EndpointSecretColumn(crypto::Sealer sealer) {
  return keys::SealedColumn(kSecrets, std::move(sealer), [](const pg::Rows& rows, int row) {
    return std::string(rows.Text(row, 2));
  });
}

Async<std::vector<std::string>> Outbox::Append(pg::Tx& tx, std::span<const Event> events) {
  std::vector<std::string> ids, tenants, modes, types, sources, subjects, data;
  for (const Event& event : events) {
    ids.push_back(event.id.empty() ? NewUuid() : event.id);
    tenants.push_back(event.owner.id);
    modes.emplace_back(event.owner.mode_name());
    types.push_back(event.type);
    sources.push_back(event.source);
    subjects.push_back(event.subject);
    data.push_back(event.data);
  }
  std::string traceparent = TraceparentOf(co_await boost::asio::this_coro::executor);
  CO_RETURN_IF_ERROR(
      (co_await tx.QueryAll(pg::BoundStatement(kLockLanes, subjects),
                            pg::BoundStatement(kAppend, ids, tenants, modes, types, sources,
                                               subjects, data, traceparent)))
          .status());
  co_return ids;
}

Async<std::string> Outbox::Append(pg::Tx& tx, const Event& event) {
  CO_ASSIGN_OR_RETURN(auto ids, co_await Append(tx, std::span(&event, 1)));
  co_return std::move(ids.front());
}

Async<CreatedEndpoint> Outbox::CreateEndpoint(pg::Tx& tx, auth::Owner owner, std::string url,
                                              std::vector<std::string> event_types) {
  CO_RETURN_IF_ERROR(CheckEndpointUrl(url, policy_));
  CO_RETURN_IF_ERROR(CheckEventTypes(event_types));
  std::string id = NewUuid();
  std::string secret = NewSecret();
  CO_ASSIGN_OR_RETURN(auto rows, co_await tx.Query(kInsertEndpoint, id, owner.id, owner.mode_name(),
                                                   url, event_types, sealer_.Seal(secret, id)));
  co_return CreatedEndpoint{DecodeEndpoint(rows, 0), std::move(secret)};
}

Async<Endpoint> Outbox::UpdateEndpoint(Endpoint endpoint) {
  CO_ASSIGN_OR_RETURN(auto found,
                      co_await pool_.Query(kFindEndpoint, endpoint.id, endpoint.owner.id,
                                           endpoint.owner.mode_name()));
  if (found.empty()) co_return absl::NotFoundError("no such webhook endpoint");
  // What was accepted earlier, under another policy, may stay, and above all be disabled.
  const Endpoint stored = DecodeEndpoint(found, 0);
  if (endpoint.url != stored.url || (endpoint.enabled && !stored.enabled))
    CO_RETURN_IF_ERROR(CheckEndpointUrl(endpoint.url, policy_));
  CO_RETURN_IF_ERROR(CheckEventTypes(endpoint.event_types));
  CO_ASSIGN_OR_RETURN(auto rows,
                      co_await pool_.Query(kUpdateEndpoint, endpoint.id, endpoint.owner.id,
                                           endpoint.owner.mode_name(), endpoint.url,
                                           endpoint.event_types, endpoint.enabled));
  if (rows.empty()) co_return absl::NotFoundError("no such webhook endpoint");
  co_return DecodeEndpoint(rows, 0);
}

Async<std::vector<Endpoint>> Outbox::ListEndpoints(auth::Owner owner) {
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kListEndpoints, owner.id, owner.mode_name()));
  std::vector<Endpoint> endpoints;
  for (int row = 0; row < rows.size(); ++row) endpoints.push_back(DecodeEndpoint(rows, row));
  co_return endpoints;
}

}  // namespace tamarack::webhooks
