#include "services/tellusonce/directory_sync.h"

#include "platform/rpc/fault.h"
#include "platform/rpc/timestamp.h"
#include "platform/telemetry/log.h"
#include "platform/work/jobs.h"

#include "tamarack/identity/v1/directory_service.pb.h"

#include <algorithm>

namespace tamarack::tellusonce {
namespace {

namespace asio = boost::asio;
namespace identity_v1 = tamarack::identity::v1;
using namespace std::chrono_literals;

// First soon, later every five minutes.
constexpr std::chrono::seconds kRetryMax = 300s;
// What identity's outage stopped goes behind what waits.
constexpr auto kOutageDelay = 5s;

// Tells the try what a call's end says of identity; says when to carry it again.
work::Again After(const absl::Status& status, int attempts, work::Try& attempt) {
  telemetry::Log(telemetry::Level::kWarning, "directory sync failed",
                 {{"code", absl::StatusCodeToString(status.code())}});
  rpc::Fault fault = rpc::FaultOf(status);
  if (fault == rpc::Fault::kNone) attempt.Reached();
  bool is_outage = (fault == rpc::Fault::kBackEnd && attempt.Failed()) ||
                   (fault == rpc::Fault::kUnreachable && attempt.NotReached());
  if (is_outage) return {kOutageDelay, /*is_attempt=*/false};
  return {std::min(kRetryMax, 1s * (1 << std::min(attempts, 9)))};
}

AsyncStatus SetAddress(rpc::Client& identity, const std::string& subject, const v1::Address& from) {
  identity_v1::SetAddressRequest request;
  request.set_subject(subject);
  auto& address = *request.mutable_address();
  address.set_line_1(from.line_1());
  address.set_line_2(from.line_2());
  address.set_city(from.city());
  address.set_province(from.province());
  address.set_postal_code(from.postal_code());
  auto answer = co_await identity.Call<identity_v1::Contact>(
      "/tamarack.identity.v1.DirectoryService/SetAddress", request);
  // A person who no longer exists needs no address.
  co_return absl::IsNotFound(answer.status()) ? absl::OkStatus() : answer.status();
}

AsyncStatus RecordReading(rpc::Client& identity, const Reading& reading) {
  identity_v1::RecordReadingRequest request;
  request.set_reading_id(reading.claim.id);
  request.set_subject(reading.subject);
  request.set_ministry_id(reading.ministry_id);
  request.add_claims("address");
  request.set_purpose_en(reading.purpose_en);
  request.set_purpose_fr(reading.purpose_fr);
  *request.mutable_read_time() = rpc::ToTimestamp(FromUnixMicros(reading.read_micros));
  auto answer = co_await identity.Call<identity_v1::RecordReadingResponse>(
      "/tamarack.identity.v1.DirectoryService/RecordReading", request);
  co_return absl::IsNotFound(answer.status()) ? absl::OkStatus() : answer.status();
}

// What cannot be recorded is done again when the lease has lapsed: identity takes it twice.
asio::awaitable<work::Outcome> CarryAddress(ChangeRepository& changes, rpc::Client& identity,
                                            const Untold& person, work::Try& attempt) {
  absl::Status status = person.address.ok()
                            ? co_await SetAddress(identity, person.claim.id, *person.address)
                            : person.address.status();
  if (!status.ok()) co_return After(status, person.attempts, attempt);
  attempt.Reached();
  (void)co_await work::Record(true, [&] { return changes.MarkTold(person); });
  co_return std::nullopt;
}

asio::awaitable<work::Outcome> CarryReading(DeliveryRepository& deliveries, rpc::Client& identity,
                                            const Reading& reading, work::Try& attempt) {
  absl::Status status = co_await RecordReading(identity, reading);
  if (!status.ok()) co_return After(status, reading.attempts, attempt);
  attempt.Reached();
  (void)co_await work::Record(true, [&] { return deliveries.MarkReported(reading); });
  co_return std::nullopt;
}

Async<std::vector<work::Job>> ClaimAddresses(ChangeRepository& changes, rpc::Client& identity,
                                             const work::Room& room) {
  CO_ASSIGN_OR_RETURN(auto people, co_await changes.ClaimUntold(room.jobs, room.lease));
  co_return work::JobsOf(std::move(people),
                         [&changes, &identity](const Untold& person, work::Try& attempt) {
                           return CarryAddress(changes, identity, person, attempt);
                         });
}

Async<std::vector<work::Job>> ClaimReadings(DeliveryRepository& deliveries, rpc::Client& identity,
                                            const work::Room& room) {
  CO_ASSIGN_OR_RETURN(auto readings, co_await deliveries.ClaimReadings(room.jobs, room.lease));
  co_return work::JobsOf(std::move(readings),
                         [&deliveries, &identity](const Reading& reading, work::Try& attempt) {
                           return CarryReading(deliveries, identity, reading, attempt);
                         });
}

}  // namespace

DirectorySync::DirectorySync(asio::any_io_executor executor, ChangeRepository& changes,
                             DeliveryRepository& deliveries, rpc::Client& identity,
                             prometheus::Registry& registry)
    : addresses_(
          executor, changes.untold(),
          [&changes, &identity](auto& room) { return ClaimAddresses(changes, identity, room); },
          {.registry = &registry}),
      readings_(executor, deliveries.readings(),
                [&deliveries, &identity](auto& room) {
                  return ClaimReadings(deliveries, identity, room);
                },
                {.registry = &registry}) {}

void DirectorySync::Start() {
  addresses_.Start();
  readings_.Start();
}

void DirectorySync::AskToStop() {
  addresses_.AskToStop();
  readings_.AskToStop();
}

void DirectorySync::Stop() {
  work::StopAll(addresses_, readings_);
}

}  // namespace tamarack::tellusonce
