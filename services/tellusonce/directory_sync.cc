#include "services/tellusonce/directory_sync.h"

#include "platform/rpc/timestamp.h"
#include "platform/runtime/offload.h"
#include "platform/telemetry/log.h"

#include "tamarack/identity/v1/directory_service.pb.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>

namespace tamarack::tellusonce {
namespace asio = boost::asio;
namespace identity_v1 = tamarack::identity::v1;

namespace {
constexpr auto kTick = std::chrono::seconds(1);
constexpr int kBatch = 100;

// An error of one person's data must not keep the others waiting.
bool ConcernsOne(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsDataLoss(status);
}

}  // namespace

struct DirectorySync::State {
  State(asio::any_io_executor executor_, ChangeRepository& changes_,
        DeliveryRepository& deliveries_, rpc::Client& identity_)
      : executor(executor_),
        changes(changes_),
        deliveries(deliveries_),
        identity(identity_),
        ticker(executor_) {}

  asio::awaitable<void> Run() {
    while (!stopping) {
      absl::Status status = co_await CarryAddresses();
      status.Update(co_await CarryReadings());
      if (!status.ok()) {
        telemetry::Log(telemetry::Level::kWarning, "directory sync failed",
                       {{"code", absl::StatusCodeToString(status.code())}});
      }
      ticker.expires_after(kTick);
      if (!stopping) co_await ticker.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (stopped) stopped();
  }

  AsyncStatus CarryAddresses() {
    absl::Status failure;
    Carry carry = [this](const std::string& subject, const v1::Address& address) {
      return SetAddress(subject, address);
    };
    for (int64_t after = 0; !stopping;) {
      CO_ASSIGN_OR_RETURN(auto carried, co_await changes.CarryNext(after, carry));
      if (!carried) break;
      after = carried->sequence;
      // What cannot be read waits, reported as a row, until it can.
      if (!absl::IsDataLoss(carried->status)) failure.Update(carried->status);
      if (!carried->status.ok() && !ConcernsOne(carried->status)) break;
    }
    co_return failure;
  }

  AsyncStatus SetAddress(const std::string& subject, const v1::Address& from) {
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

  AsyncStatus CarryReadings() {
    CO_ASSIGN_OR_RETURN(auto readings, co_await deliveries.ListUnreportedReadings(kBatch));
    absl::Status failure;
    for (const auto& reading : readings) {
      identity_v1::RecordReadingRequest request;
      request.set_reading_id(reading.delivery_id);
      request.set_subject(reading.subject);
      request.set_ministry_id(reading.ministry_id);
      request.add_claims("address");
      request.set_purpose_en(reading.purpose_en);
      request.set_purpose_fr(reading.purpose_fr);
      *request.mutable_read_time() = rpc::ToTimestamp(FromUnixMicros(reading.read_micros));
      auto answer = co_await identity.Call<identity_v1::RecordReadingResponse>(
          "/tamarack.identity.v1.DirectoryService/RecordReading", request);
      if (answer.ok() || absl::IsNotFound(answer.status())) {
        CO_RETURN_IF_ERROR(co_await deliveries.MarkReadingReported(reading.delivery_id));
      } else {
        failure.Update(answer.status());
        if (!ConcernsOne(answer.status())) break;
      }
    }
    co_return failure;
  }

  asio::any_io_executor executor;
  ChangeRepository& changes;
  DeliveryRepository& deliveries;
  rpc::Client& identity;
  asio::steady_timer ticker;
  bool stopping = false;
  std::function<void()> stopped;
};

DirectorySync::DirectorySync(asio::any_io_executor executor, ChangeRepository& changes,
                             DeliveryRepository& deliveries, rpc::Client& identity)
    : state_(std::make_shared<State>(executor, changes, deliveries, identity)) {}

DirectorySync::~DirectorySync() = default;

void DirectorySync::Start() {
  runtime::Spawn(state_->executor, [state = state_] { return state->Run(); });
}

void DirectorySync::Stop() {
  std::promise<void> done;
  asio::post(state_->executor, [&] {
    state_->stopping = true;
    state_->stopped = [&done] { done.set_value(); };
    state_->ticker.cancel();
  });
  done.get_future().wait();
}

}  // namespace tamarack::tellusonce
