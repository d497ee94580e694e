// A call's trace: through another call to the statements, without a repository that knows of it.
#include "platform/postgres/batch.h"
#include "platform/rpc/client.h"
#include "platform/rpc/unary.h"
#include "platform/telemetry/span.h"
#include "tests/support/service_host.h"
#include "toy.grpc.pb.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace tamarack::rpc {
namespace {

namespace v1 = toy::v1;

constexpr pg::Statement kFirst{"test.first", "SELECT 1"};
constexpr pg::Statement kSecond{"test.second", "SELECT $1::int / 0"};
constexpr pg::Statement kMany{"test.many", "SELECT 3"};

Async<std::vector<absl::StatusOr<bool>>> WriteMany(pg::Pool& pool, std::span<const int> rows) {
  CO_RETURN_IF_ERROR((co_await pool.Query(kMany)).status());
  co_return std::vector<absl::StatusOr<bool>>(rows.size(), true);
}

class KiteService final : public v1::KiteService::CallbackService {
 public:
  KiteService(Interceptor& rpc, pg::Pool& pool, pg::Batcher<int, bool>& batcher)
      : rpc_(rpc), pool_(pool), batcher_(batcher) {}
  std::unique_ptr<Client> self;

 private:
  using Api = v1::KiteService;
  TAMARACK_UNARY(ListKites, v1::ListKitesRequest, v1::ListKitesResponse) {
    v1::GetKiteRequest one;
    CO_RETURN_IF_ERROR((co_await self->Call<v1::Kite>("/toy.v1.KiteService/GetKite", one,
                                                      {.on_behalf_of = &context}))
                           .status());
    co_return v1::ListKitesResponse();
  }
  TAMARACK_UNARY(GetKite, v1::GetKiteRequest, v1::Kite) {
    CO_ASSIGN_OR_RETURN(auto tx, co_await pool_.Begin());
    CO_RETURN_IF_ERROR((co_await tx.Query(kFirst)).status());
    CO_RETURN_IF_ERROR(co_await tx.Commit());
    CO_RETURN_IF_ERROR((co_await batcher_.Add(1)).status());
    auto failed = co_await pool_.Query(kSecond, 1);
    co_return failed.ok() ? absl::StatusOr<v1::Kite>(absl::InternalError("it did not fail"))
                          : v1::Kite();
  }

  Interceptor& rpc_;
  pg::Pool& pool_;
  pg::Batcher<int, bool>& batcher_;
};

// Used on the host's loop, and by the test once that has stopped.
struct Kept : telemetry::SpanSink {
  Kept() { telemetry::SetSpanSink(this, 0); }
  ~Kept() override { telemetry::SetSpanSink(nullptr); }
  void Take(telemetry::Span span) override { spans.push_back(std::move(span)); }
  // The only one of this name and kind.
  const telemetry::Span& Of(const std::string& name, telemetry::SpanKind kind) const {
    auto is = [&](const auto& span) { return span.name == name && span.kind == kind; };
    REQUIRE(std::ranges::count_if(spans, is) == 1);
    return *std::ranges::find_if(spans, is);
  }
  std::vector<telemetry::Span> spans;
};

std::string TextOf(const telemetry::Span& span, std::string_view key) {
  auto found = std::ranges::find(span.attributes, key, &telemetry::Attribute::key);
  if (found == span.attributes.end()) return "";
  const auto* text = std::get_if<std::string>(&found->value);
  return text ? *text : std::to_string(std::get<int64_t>(found->value));
}

struct Fixture {
  testing::ServiceHost host;
  pg::Batcher<int, bool> batcher{host.executor(), host.pool(), WriteMany};
  KiteService service{host.interceptor(), host.pool(), batcher};
  Kept kept;

  Fixture() { service.self = std::make_unique<Client>(host.Serve({&service})); }
  ~Fixture() { host.Stop(); }
  absl::Status List(const std::string& traceparent) {
    return host
        .Call<v1::ListKitesResponse>("/toy.v1.KiteService/ListKites", v1::ListKitesRequest(),
                                     nullptr, {{"traceparent", traceparent}})
        .status();
  }
};

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

}  // namespace

TEST_CASE_METHOD(Fixture, "Traces: a call's spans lead to its statements", "[rpc]") {
  using enum telemetry::SpanKind;
  REQUIRE(List("00-" + kTrace + "-00f067aa0ba902b7-01").ok());
  host.Stop();
  const auto& list = kept.Of("toy.v1.KiteService/ListKites", kServer);
  CHECK(list.parent_span_id == "00f067aa0ba902b7");
  CHECK(TextOf(list, "rpc.service") == "toy.v1.KiteService");
  CHECK(TextOf(list, "rpc.method") == "ListKites");
  CHECK(TextOf(list, "rpc.grpc.status_code") == "0");
  const auto& call = kept.Of("toy.v1.KiteService/GetKite", kClient);
  CHECK(call.parent_span_id == list.context.span_id);
  const auto& get = kept.Of("toy.v1.KiteService/GetKite", kServer);
  CHECK(get.parent_span_id == call.context.span_id);
  for (const char* name : {"test.first", "transaction.commit", "test.many", "test.second"}) {
    INFO(name);
    CHECK(kept.Of(name, kClient).parent_span_id == get.context.span_id);
  }
  CHECK(TextOf(kept.Of("test.first", kClient), "db.query.summary") ==
        "transaction.begin; test.first");
  CHECK(TextOf(kept.Of("test.second", kClient), "db.response.status_code") == "22012");
  CHECK(kept.Of("test.second", kClient).is_error);
  CHECK(kept.spans.size() == 7);
  for (const auto& span : kept.spans) CHECK(span.context.trace_id == kTrace);
}

TEST_CASE_METHOD(Fixture, "Traces: of a call that is not sampled nothing is recorded", "[rpc]") {
  CHECK(List("00-" + kTrace + "-00f067aa0ba902b7-00").ok());
  CHECK(List("no trace").ok());
  host.Stop();
  CHECK(kept.spans.empty());
}

}  // namespace tamarack::rpc
