#include "services/tellusonce/delivery_repository.h"

#include "platform/base/id.h"
#include "services/tellusonce/delivery_state.h"

namespace tamarack::tellusonce {
namespace {

#define RFC3339(column) \
  "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

// The ministry answers before our own record of its 2xx can be there, so an outcome does not wait
// for `delivered`.
constexpr pg::Statement kFind{"delivery.find",
                              R"sql(
  SELECT d.delivery_id, d.ministry_subject, )sql" DELIVERY_STATE
                              ", " RFC3339(DELIVERED_AT) ", " RFC3339("d.acknowledged_at") R"sql(,
    d.reason_code, d.case_reference, c.subject, k.sealed_key, c.sealed_value
  FROM delivery d JOIN subscription s USING (subscription_id) JOIN change c USING (change_id)
    JOIN person_key k ON k.subject = c.subject LEFT JOIN webhook_delivery w ON w.event_id = d.event_id
  WHERE s.ministry_id = $1 AND s.mode = $2 AND d.delivery_id = $3)sql"};
constexpr pg::Statement kNoteRead{"delivery.note_read", R"sql(
  UPDATE delivery d SET first_read_at = now() FROM subscription s
  WHERE s.subscription_id = d.subscription_id AND s.ministry_id = $1 AND s.mode = $2 AND d.delivery_id = $3
    AND d.first_read_at IS NULL)sql"};
constexpr pg::Statement kReport{"delivery.report", R"sql(
  UPDATE delivery d SET outcome = $4, reason_code = $5, case_reference = $6, acknowledged_at = now()
  FROM subscription s
  WHERE s.subscription_id = d.subscription_id AND s.ministry_id = $1 AND s.mode = $2 AND d.delivery_id = $3
    AND (d.outcome IS NULL OR (d.outcome = 'accepted' AND $4 <> 'accepted')))sql"};

constexpr pg::Statement kClaimReadings{
    "delivery.claim",
    "WITH claimed AS (" WORK_CLAIM("delivery", "delivery_id", "attempts", "", "true") R"sql(
    RETURNING delivery_id, subscription_id, change_id, first_read_at, attempts)
  SELECT d.delivery_id, c.subject, s.ministry_id, s.purpose_en, s.purpose_fr, d.first_read_at, d.attempts
  FROM claimed d JOIN subscription s USING (subscription_id) JOIN change c USING (change_id))sql"};
constexpr work::QueueSql kReadings =
    WORK_QUEUE("directory_readings", "delivery", "delivery_id", "uuid", "attempts", "first_read_at",
               "due_at IS NOT NULL", "0");
constexpr pg::Statement kMarkReported{"delivery.mark_reported", R"sql(
  UPDATE delivery SET reading_reported_at = now(), due_at = NULL, claim_token = NULL
  WHERE )sql" WORK_HELD("delivery_id")};
v1::Delivery Decode(const pg::Rows& rows) {
  v1::Delivery delivery;
  delivery.set_delivery_id(std::string(rows.Text(0, 0)));
  delivery.set_subject(std::string(rows.Text(0, 1)));
  delivery.set_state(std::string(rows.Text(0, 2)));
  delivery.set_delivered_at(std::string(rows.Text(0, 3)));
  delivery.set_acknowledged_at(std::string(rows.Text(0, 4)));
  delivery.set_reason_code(std::string(rows.Text(0, 5)));
  delivery.set_case_reference(std::string(rows.Text(0, 6)));
  return delivery;
}

}  // namespace

Async<v1::Delivery> DeliveryRepository::Read(const auth::Owner& ministry,
                                             std::string_view delivery_id) {
  CO_ASSIGN_OR_RETURN(
      auto results,
      co_await pool_.QueryAll(
          pg::BoundStatement(kFind, ministry.id, ministry.mode_name(), delivery_id),
          pg::BoundStatement(kNoteRead, ministry.id, ministry.mode_name(), delivery_id)));
  const auto& rows = results.front();
  if (rows.empty()) co_return absl::NotFoundError("no such delivery");
  v1::Delivery delivery = Decode(rows);
  CO_ASSIGN_OR_RETURN(*delivery.mutable_address(),
                      changes_.OpenAddress(rows.Text(0, 7), rows.Text(0, 8), rows.Text(0, 9)));
  co_return delivery;
}

Async<v1::Delivery> DeliveryRepository::ReportOutcome(const auth::Owner& ministry,
                                                      const v1::ReportOutcomeRequest& request) {
  CO_ASSIGN_OR_RETURN(
      auto updated,
      co_await pool_.Query(kReport, ministry.id, ministry.mode_name(), request.delivery_id(),
                           request.outcome(), request.reason_code(), request.case_reference()));
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kFind, ministry.id, ministry.mode_name(),
                                                      request.delivery_id()));
  if (rows.empty()) co_return absl::NotFoundError("no such delivery");
  v1::Delivery delivery = Decode(rows);
  if (updated.affected() == 0 && delivery.state() != request.outcome()) {
    co_return absl::FailedPreconditionError("the delivery already is " + delivery.state());
  }
  co_return delivery;
}

Async<std::vector<Reading>> DeliveryRepository::ClaimReadings(int limit,
                                                              std::chrono::milliseconds lease) {
  std::string token = NewUuid();
  CO_ASSIGN_OR_RETURN(auto rows, co_await pool_.Query(kClaimReadings, limit, token, lease.count()));
  std::vector<Reading> readings;
  for (int row = 0; row < rows.size(); ++row) {
    readings.push_back({.claim = {std::string(rows.Text(row, 0)), token},
                        .subject = std::string(rows.Text(row, 1)),
                        .ministry_id = std::string(rows.Text(row, 2)),
                        .purpose_en = std::string(rows.Text(row, 3)),
                        .purpose_fr = std::string(rows.Text(row, 4)),
                        .read_micros = rows.TimeMicros(row, 5),
                        .attempts = static_cast<int>(rows.Int(row, 6))});
  }
  co_return readings;
}

work::Queue DeliveryRepository::readings() const {
  return {pool_, kReadings};
}

AsyncStatus DeliveryRepository::MarkReported(const Reading& reading) {
  co_return (co_await pool_.Query(kMarkReported, reading.claim.id, reading.claim.token)).status();
}

}  // namespace tamarack::tellusonce
