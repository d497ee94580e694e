#include "tests/support/wall.h"

#include "tests/integration/payments/world.h"
#include "tests/support/directory.h"

#include "services/payments/webhook_service.h"

#include "tamarack/payments/v1/webhook_service.pb.h"

// Goal: no credential of one mode sees or changes payments of the other, nor another service's.
// Method: tests/support/wall.h.
namespace tamarack::payments {
namespace {

struct WallWorld {
  testing::ServiceHost host{Migrations()};
  crypto::Sealer sealer{crypto::Keyring(std::string(32, 'k')), "test"};
  webhooks::Outbox outbox{host.pool(), sealer};
  PaymentMetrics metrics{host.registry()};
  PayerAccess access{crypto::Keyring(std::string(32, 'k')), SystemClock()};
  idempotency::Once keys{host.pool(), sealer, kKeysKept};
  PaymentRepository repository{host.executor(), host.pool(), sealer};
  PaymentMoves moves{host.pool(), sealer, outbox, metrics, [] {}};
  testing::DirectoryServer<> directory{host, "payments", {"identity.tenants.read"}};
  std::unique_ptr<grpc::Service> payments = MakePaymentService(
      host.interceptor(), repository, moves, access, keys, metrics, {.base = "http://gov.test"});
  std::unique_ptr<grpc::Service> ledger = MakeLedgerService(host.interceptor(), host.pool());
  std::unique_ptr<grpc::Service> webhook =
      MakeWebhookService(host.interceptor(), outbox, keys, directory.client);
  auth::Principal own = testing::OfMode("s1", "sandbox");

  WallWorld() { host.Serve({payments.get(), ledger.get(), webhook.get()}); }
  ~WallWorld() {
    host.Stop();
    directory.Stop();
  }

  // Ok, or how it was refused; `is_replayed` tells that it was the answer to an earlier request.
  template <class Response>
  absl::StatusOr<Response> Call(const std::string& method, const google::protobuf::Message& request,
                                const auth::Principal& caller, const std::string& key = "",
                                bool* is_replayed = nullptr) {
    testing::Answer answer;
    auto response = host.Call<Response>("/tamarack.payments.v1." + method, request, &caller,
                                        {{"x-tamarack-idempotency-key", key}}, &answer);
    if (is_replayed != nullptr) *is_replayed = answer.Http("idempotent-replayed") == "true";
    return response;
  }
};

}  // namespace

TEST_CASE_METHOD(WallWorld, "The wall: each method of payments keeps modes and services apart",
                 "[payments][wall]") {
  own.scopes = {"payments.write", "payments.read", "platform.admin"};
  const auto create = World::NewRequest();
  v1::Payment payment =
      Call<v1::Payment>("PaymentService/CreatePayment", create, own, "wall").value();
  v1::CreateWebhookEndpointRequest subscribe;
  subscribe.set_service_id("s1");
  subscribe.set_url("https://a.example/hook");
  subscribe.set_mode("sandbox");
  REQUIRE(Call<v1::WebhookEndpoint>("WebhookService/CreateWebhookEndpoint", subscribe, own, "wall")
              .ok());
  host.database().Execute(
      "SELECT ledger_pend(gen_random_uuid(), 'p1', 'processor:sandbox', 'service:s1', 'CAD', 5, "
      "'sandbox')");

  testing::WallTable table;
  table["PaymentService.CreatePayment"].sees = [&](const auth::Principal& caller) {
    bool is_replayed = false;
    (void)Call<v1::Payment>("PaymentService/CreatePayment", create, caller, "wall", &is_replayed);
    return is_replayed;
  };
  table["PaymentService.GetPayment"].sees = [&](const auth::Principal& caller) {
    v1::GetPaymentRequest request;
    request.set_payment_id(payment.payment_id());
    return Call<v1::Payment>("PaymentService/GetPayment", request, caller).ok();
  };
  table["PaymentService.ListPaymentEvents"].sees = [&](const auth::Principal& caller) {
    v1::ListPaymentEventsRequest request;
    request.set_payment_id(payment.payment_id());
    return Call<v1::ListPaymentEventsResponse>("PaymentService/ListPaymentEvents", request, caller)
        .ok();
  };
  table["PaymentService.ListPayments"].sees = [&](const auth::Principal& caller) {
    v1::ListPaymentsRequest request;
    request.set_reference(create.reference());
    auto list = Call<v1::ListPaymentsResponse>("PaymentService/ListPayments", request, caller);
    REQUIRE(list.ok());
    for (const auto& each : list->results())
      if (each.payment_id() == payment.payment_id()) return true;
    CHECK(list->total() == list->results_size());
    return false;
  };
  table["PaymentService.CancelPayment"].sees = [&](const auth::Principal& caller) {
    // A new one each time, since only one that is unfinished can be cancelled.
    auto fresh = Call<v1::Payment>("PaymentService/CreatePayment", create, own).value();
    v1::CancelPaymentRequest request;
    request.set_payment_id(fresh.payment_id());
    bool is_done =
        Call<google::protobuf::Empty>("PaymentService/CancelPayment", request, caller).ok();
    CHECK(host.database().Execute("SELECT status FROM payment WHERE payment_id = '" +
                                  fresh.payment_id() + "'") == (is_done ? "10" : "1"));
    return is_done;
  };
  // The ledger is the platform's, so whose credential it is only decides of the mode.
  table["LedgerService.GetBalance"].sees = [&](const auth::Principal& caller) {
    auto balance =
        Call<v1::LedgerBalance>("LedgerService/GetBalance", v1::GetBalanceRequest(), caller);
    REQUIRE(balance.ok());
    v1::GetBalanceRequest of_sandbox;
    of_sandbox.set_mode("sandbox");
    CHECK(Call<v1::LedgerBalance>("LedgerService/GetBalance", of_sandbox, caller).ok() ==
          (caller.mode == "sandbox"));
    return balance->accounts_size() > 0 && caller.service_id == "s1";
  };
  table["WebhookService.CreateWebhookEndpoint"].sees = [&](const auth::Principal& caller) {
    bool is_replayed = false;
    (void)Call<v1::WebhookEndpoint>("WebhookService/CreateWebhookEndpoint", subscribe, caller,
                                    "wall", &is_replayed);
    return is_replayed;
  };
  testing::CheckWall("payments", "tamarack.payments.v1", table);
}

}  // namespace tamarack::payments
