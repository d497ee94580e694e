#pragma once

#include "platform/crypto/seal.h"
#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/http/server.h"
#include "platform/pages/pages.h"
#include "services/payments/card_page_service.h"
#include "services/payments/key_uses.h"
#include "services/payments/ledger_service.h"
#include "services/payments/migrations.h"
#include "services/payments/page_bundle.h"
#include "services/payments/payment_service.h"
#include "services/payments/processors/sandbox.h"
#include "services/payments/sandbox/card_processor.h"
#include "services/payments/workers.h"
#include "tests/support/service_host.h"

#include "tamarack/payments/v1/card_page_service.pb.h"
#include "tamarack/payments/v1/ledger_service.pb.h"
#include "tamarack/payments/v1/payment_service.pb.h"
#include "tests/support/eventually.h"

#include <google/api/httpbody.pb.h>

#include <chrono>
#include <memory>
#include <string>

namespace tamarack::payments {
using testing::Eventually;

inline constexpr char kService[] = "/tamarack.payments.v1.PaymentService/";
inline constexpr char kPages[] = "/tamarack.payments.v1.CardPageService/";

inline constexpr char kGoodCard[] = "4242424242424242";
inline constexpr char kDeclinedCard[] = "4000000000000002";

// Payments with real gRPC, a real database and the real card processor over HTTP; its worker runs
// unless told otherwise.
struct World {
  explicit World(bool has_workers = true) {
    ministry.mode = stranger.mode = "sandbox";
    address = host.Serve({payments.get(), pages.get(), ledger.get()});
    if (has_workers) StartWorkers();
  }
  ~World() {
    if (is_working) workers.Stop();
    processor_server.Drain(std::chrono::milliseconds(100));
    host.Stop();
  }

  void StartWorkers() {
    is_working = true;
    workers.Start();
  }

  static BackgroundOptions FastWorkers() {
    BackgroundOptions options;
    options.tick = std::chrono::milliseconds(20);
    options.lease = std::chrono::milliseconds(1000);
    options.retry = std::chrono::milliseconds(20);
    options.recheck = std::chrono::milliseconds(1000);
    return options;
  }
  static http::ClientOptions LocalClient() {
    http::ClientOptions options;
    options.policy.allow_private = true;
    return options;
  }
  static CardPageOptions FastPages() {
    CardPageOptions options;
    options.check_after = std::chrono::milliseconds(450);
    return options;
  }

  testing::ServiceHost host{Migrations()};
  sandbox::CardProcessor processor_books{""};
  http::Server processor_server{host.executor(), {}, [this](http::Request request) {
                                  return processor_books.Handle(std::move(request));
                                }};
  std::string processor_url = "http://127.0.0.1:" + std::to_string(processor_server.port());
  curl::Multi curl{host.executor()};
  http::Client client{curl, LocalClient()};
  SandboxProcessor processor{client, processor_url, std::chrono::milliseconds(300),
                             host.registry()};

  crypto::Keyring ring{std::string(32, 'k')};
  crypto::Sealer sealer{ring, kPayerSeal};
  webhooks::Outbox outbox{host.pool(), sealer};
  PaymentMetrics metrics{host.registry()};
  PayerAccess access{ring, SystemClock()};
  idempotency::Once keys{host.pool(), sealer, kKeysKept};
  PaymentRepository repository{host.executor(), host.pool(), sealer};
  MoveRepository move_repository{host.pool()};
  PaymentMoves moves{host.pool(), sealer, outbox, metrics, [] {}};
  Workers workers{host.executor(), move_repository, moves, processor, metrics, FastWorkers()};
  pages::Renderer renderer{PageBundle(), pages::DefaultBrand()};
  std::unique_ptr<grpc::Service> payments = MakePaymentService(
      host.interceptor(), repository, moves, access, keys, metrics, {.base = "http://gov.test"});
  std::unique_ptr<grpc::Service> pages = MakeCardPageService(
      host.interceptor(), renderer, repository, moves, processor, access, metrics, FastPages());
  std::unique_ptr<grpc::Service> ledger = MakeLedgerService(host.interceptor(), host.pool());
  auth::Principal ministry = testing::ServiceCaller("s1", {"payments.write", "payments.read"});
  auth::Principal stranger = testing::ServiceCaller("s2", {"payments.write", "payments.read"});
  std::string address;
  std::string cookie;
  testing::Answer last;
  bool is_working = false;

  static v1::CreatePaymentRequest NewRequest(const std::string& reference = "DL-1") {
    v1::CreatePaymentRequest request;
    request.set_amount(9000);
    request.set_reference(reference);
    request.set_description("Driver licence renewal");
    request.set_return_url("https://ministry.example/done?x=1");
    return request;
  }

  absl::StatusOr<v1::Payment> Create(const v1::CreatePaymentRequest& request,
                                     const std::string& key = "",
                                     const auth::Principal* caller = nullptr,
                                     testing::Answer* answer = nullptr) {
    std::map<std::string, std::string> metadata;
    if (!key.empty()) metadata["x-tamarack-idempotency-key"] = key;
    return host.Call<v1::Payment>(std::string(kService) + "CreatePayment", request,
                                  caller ? caller : &ministry, metadata, answer);
  }

  v1::Payment Get(const std::string& id) {
    v1::GetPaymentRequest request;
    request.set_payment_id(id);
    return host.Call<v1::Payment>(std::string(kService) + "GetPayment", request, &ministry).value();
  }

  absl::Status Cancel(const std::string& id, const auth::Principal* caller = nullptr) {
    v1::CancelPaymentRequest request;
    request.set_payment_id(id);
    return host
        .Call<google::protobuf::Empty>(std::string(kService) + "CancelPayment", request,
                                       caller ? caller : &ministry)
        .status();
  }

  // Calls a page's method with the browser's cookie; returns its HTML. `last` keeps status and
  // headers.
  std::string Page(const std::string& method, const google::protobuf::Message& request) {
    std::map<std::string, std::string> metadata{{"x-tamarack-csrf-token", "csrf"}};
    if (!cookie.empty()) metadata["x-tamarack-cookie-__host-tamarack-pay"] = cookie;
    auto body =
        host.Call<google::api::HttpBody>(kPages + method, request, nullptr, metadata, &last);
    std::string set_cookie = last.Http("set-cookie");
    if (!set_cookie.empty())
      cookie = set_cookie.substr(0, set_cookie.find(';')).substr(set_cookie.find('=') + 1);
    return body.ok() ? body->data() : "error: " + body.status().ToString();
  }

  template <class Request>
  std::string Page(const std::string& method, const std::string& payment_id,
                   const std::string& lang = "en") {
    Request request;
    request.set_lang(lang);
    request.set_payment_id(payment_id);
    return Page(method, request);
  }

  std::string Open(const v1::Payment& payment) {
    v1::OpenPaymentRequest request;
    std::string url = payment.links().next_url().href();
    request.set_charge_token_id(url.substr(url.rfind('/') + 1));
    return Page("OpenPayment", request);
  }

  // As if every link had been used long ago, rather than by the first half of a double click.
  void ForgetClick() { Sql("UPDATE used_link SET used_at = now() - interval '1 minute'"); }

  static v1::SubmitCardRequest CardForm(const std::string& payment_id,
                                        const std::string& number = kGoodCard) {
    v1::SubmitCardRequest form;
    form.set_lang("en");
    form.set_payment_id(payment_id);
    form.set_card_no(number);
    form.set_expiry_month("12");
    form.set_expiry_year("2035");
    form.set_cardholder_name("Zoe Exemple");
    form.set_cvc("737");
    form.set_address_country("CA");
    form.set_address_line_1("12 Elm St");
    form.set_address_city("Sudbury");
    form.set_address_province("ON");
    form.set_address_postcode("P3E 2W9");
    form.set_email("zoe@example.ca");
    return form;
  }

  // Number of the newest attempt, as the forms carry it.
  int Attempts(const std::string& payment_id) {
    return std::stoi(
        Sql("SELECT coalesce(max(number), 0) FROM authorisation_attempt WHERE payment_id = '" +
            payment_id + "'"));
  }
  std::string Submit(const std::string& payment_id, const std::string& number = kGoodCard) {
    auto form = CardForm(payment_id, number);
    form.set_attempt(Attempts(payment_id));
    return Page("SubmitCard", form);
  }
  std::string Confirm(const std::string& payment_id) {
    return ConfirmAttempt(payment_id, Attempts(payment_id));
  }
  std::string ConfirmAttempt(const std::string& payment_id, int attempt) {
    v1::ConfirmPaymentRequest form;
    form.set_lang("en");
    form.set_payment_id(payment_id);
    form.set_attempt(attempt);
    return Page("ConfirmPayment", form);
  }
  std::string Outcome(const std::string& payment_id, const std::string& lang = "en") {
    return Page<v1::ShowOutcomeRequest>("ShowOutcome", payment_id, lang);
  }

  // A payment whose pages this browser has open.
  v1::Payment Opened(const std::string& reference = "DL-1") {
    auto payment = Create(NewRequest(reference)).value();
    Open(payment);
    return payment;
  }

  // Makes the processor's next `count` calls go otherwise.
  void Control(const std::string& mode, int count) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = processor_url + "/control";
    request.body = R"({"mode":")" + mode + R"(","count":)" + std::to_string(count) + "}";
    host.Await(client.Send(std::move(request))).value();
  }
  // How many authorisations of the processor are in this state.
  int CountAtProcessor(const std::string& state) {
    http::ClientRequest request;
    request.url = processor_url + "/v1/authorisations";
    std::string body = host.Await(client.Send(std::move(request)))->body;
    int count = 0;
    std::string wanted = "\"state\":\"" + state + "\"";
    for (size_t at = body.find(wanted); at != std::string::npos; at = body.find(wanted, at + 1))
      ++count;
    return count;
  }

  std::string Sql(const std::string& sql) { return host.database().Execute(sql); }
  std::string StatusOf(const std::string& id) {
    return Sql("SELECT status FROM payment WHERE payment_id = '" + id + "'");
  }
  bool Balances() { return Sql("SELECT bool_and(balances) FROM ledger_balance_check()") != "f"; }
};

}  // namespace tamarack::payments
