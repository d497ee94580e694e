// Tell us once with everything around it: real gRPC, a real database, a directory that answers as
// identity does, and ministries that receive webhooks over HTTP.
#pragma once

#include "platform/curl/multi.h"
#include "platform/http/client.h"
#include "platform/http/server.h"
#include "platform/pages/brand.h"
#include "platform/webhooks/dispatcher.h"
#include "platform/webhooks/signature.h"
#include "services/tellusonce/change_service.h"
#include "services/tellusonce/directory_sync.h"
#include "services/tellusonce/key_uses.h"
#include "services/tellusonce/migrations.h"
#include "services/tellusonce/page_bundle.h"
#include "services/tellusonce/subscription_service.h"
#include "tests/support/directory.h"

#include "tamarack/tellusonce/v1/change_service.pb.h"
#include "tests/support/eventually.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace tamarack::tellusonce {

namespace identity_v1 = tamarack::identity::v1;

// What identity answers, with its policies; `is_down` makes it refuse.
class Directory final : public testing::Directory {
 public:
  using testing::Directory::Directory;

  static std::string SubjectAt(const std::string& ministry_id) { return "zoe-at-" + ministry_id; }

  TAMARACK_UNARY(ResolveSubjects, identity_v1::ResolveSubjectsRequest,
                 identity_v1::ResolveSubjectsResponse) {
    if (is_down) co_return absl::UnavailableError("down");
    identity_v1::ResolveSubjectsResponse response;
    for (const auto& id : request.ministry_ids()) {
      if (Exists(id)) (*response.mutable_subjects())[id] = SubjectAt(id);
    }
    co_return response;
  }
  TAMARACK_UNARY(GetContact, identity_v1::GetContactRequest, identity_v1::Contact) {
    if (is_down) co_return absl::UnavailableError("down");
    identity_v1::Contact contact;
    contact.mutable_address()->set_line_1("1 Registration Road");
    co_return contact;
  }
  TAMARACK_UNARY(SetAddress, identity_v1::SetAddressRequest, identity_v1::Contact) {
    if (is_down) {
      ++refusals;
      co_return absl::UnavailableError("down");
    }
    if (request.subject() == refused_subject) co_return absl::InvalidArgumentError("refused");
    std::lock_guard lock(mutex_);
    addresses_[request.subject()] = request.address().line_1();
    co_return identity_v1::Contact();
  }
  TAMARACK_UNARY(RecordReading, identity_v1::RecordReadingRequest,
                 identity_v1::RecordReadingResponse) {
    if (is_down) co_return absl::UnavailableError("down");
    std::lock_guard lock(mutex_);
    readings_.push_back(request);
    co_return identity_v1::RecordReadingResponse();
  }

  std::string AddressOf(const std::string& subject) {
    std::lock_guard lock(mutex_);
    return addresses_[subject];
  }
  std::vector<identity_v1::RecordReadingRequest> readings() {
    std::lock_guard lock(mutex_);
    return readings_;
  }

  std::atomic<int> refusals = 0;  // of SetAddress while down
  const std::string refused_subject = "refused-person";

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> addresses_;
  std::vector<identity_v1::RecordReadingRequest> readings_;
};

// A ministry's webhook address: keeps what arrives.
class Receiver {
 public:
  explicit Receiver(boost::asio::any_io_executor executor)
      : server_(executor, {},
                [this](http::Request request) { return Answer(std::move(request)); }) {}
  // While the loop still runs.
  void Stop() { server_.Drain(std::chrono::seconds(1)); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook"; }
  std::vector<http::Request> received() {
    std::lock_guard lock(mutex_);
    return received_;
  }
  std::atomic<int> status = 204;

 private:
  boost::asio::awaitable<http::Response> Answer(http::Request request) {
    std::lock_guard lock(mutex_);
    received_.push_back(std::move(request));
    http::Response response;
    response.status = status;
    co_return response;
  }
  std::mutex mutex_;
  std::vector<http::Request> received_;
  http::Server server_;
};

// A page, and what came with it.
struct Shown {
  testing::Answer answer;
  std::string html;
  bool Has(std::string_view text) const { return html.find(text) != std::string::npos; }
};

// One change as it reached a ministry.
struct Event {
  http::Request request;
  boost::json::object body;
  const boost::json::object& data() const { return body.at("data").as_object(); }
  std::string delivery_id() const { return std::string(data().at("delivery_id").as_string()); }
};

struct World {
  testing::ServiceHost host{Migrations()};
  crypto::Keyring ring{std::string(32, 'k')};
  crypto::Sealer change_sealer{ring, kPersonKeySeal};
  crypto::Sealer webhook_sealer{ring, kWebhookSeal};
  webhooks::Outbox outbox{host.pool(), webhook_sealer, {.allow_loopback = true}};
  SubscriptionRepository subscriptions{host.pool()};
  ChangeRepository changes{host.pool(), change_sealer, outbox};
  DeliveryRepository deliveries{host.pool(), changes};
  curl::Multi curl{host.executor()};
  http::Client http{curl, [] {
                      http::ClientOptions options;
                      options.policy.allow_private = true;
                      return options;
                    }()};
  webhooks::Dispatcher dispatcher{host.executor(), host.pool(), http, webhook_sealer, [] {
                                    webhooks::DispatcherOptions options;
                                    options.tick = std::chrono::milliseconds(20);
                                    options.retry_scale = 1e-6;
                                    return options;
                                  }()};
  testing::DirectoryServer<Directory> identity{
      host,
      "tellusonce",
      {"identity.subjects.resolve", "identity.contact.read", "identity.contact.write",
       "identity.reading.write", "identity.tenants.read"}};
  Directory& directory = identity.directory;
  DirectorySync sync{host.executor(), changes, deliveries, identity.client, host.registry()};
  pages::Renderer renderer{PageBundle(), *pages::LoadBrand("")};
  std::unique_ptr<grpc::Service> change_service =
      MakeChangeService(host.interceptor(), renderer, subscriptions, changes, identity.client,
                        [this] { dispatcher.Wake(); });
  idempotency::Once once{host.pool(), webhook_sealer};
  std::unique_ptr<grpc::Service> subscription_service = MakeSubscriptionService(
      host.interceptor(), subscriptions, deliveries, outbox, once, identity.client);

  Receiver licences{host.executor()}, health{host.executor()};
  auth::Principal zoe = testing::PersonCaller("zoe-on-the-platform");
  auth::Principal licence_ministry = testing::ServiceCaller("licences", {"tellusonce.subscriber"});
  auth::Principal health_ministry = testing::ServiceCaller("health", {"tellusonce.subscriber"});
  v1::CreateSubscriptionResponse licence_subscription, health_subscription;
  bool is_dispatching = false, is_syncing = false;

  World() {
    host.Serve({change_service.get(), subscription_service.get()});
    licence_subscription =
        Subscribe("licences", "Driver’s licence", "Permis de conduire", licences.url());
    health_subscription = Subscribe("health", "Health card", "Carte Santé", health.url());
  }
  ~World() {
    if (is_syncing) sync.Stop();
    if (is_dispatching) dispatcher.Stop();
    licences.Stop();
    health.Stop();
    identity.Stop();
    host.Stop();
  }

  void StartDispatcher() {
    is_dispatching = true;
    dispatcher.Start();
  }
  void StartSync() {
    is_syncing = true;
    sync.Start();
  }

  v1::CreateSubscriptionResponse Subscribe(const std::string& service, const std::string& en,
                                           const std::string& fr, const std::string& url) {
    auto made = TrySubscribe(service, en, fr, url);
    REQUIRE(made.ok());
    return *made;
  }
  absl::StatusOr<v1::CreateSubscriptionResponse> TrySubscribe(
      const std::string& service, const std::string& en, const std::string& fr,
      const std::string& url, const std::string& origin = "https://licences.example:8443",
      const std::string& mode = "live") {
    auto admin = testing::ServiceCaller("admin", {"platform.admin"});
    v1::CreateSubscriptionRequest request;
    request.set_ministry_id("ministry-of-" + service);
    request.set_name_en(en);
    request.set_name_fr(fr);
    request.set_purpose_en("To keep it up to date.");
    request.set_purpose_fr("Pour la tenir à jour.");
    request.set_change_type("address");
    request.set_url(url);
    request.set_mode(mode);
    request.add_return_origins(origin);
    return host.Call<v1::CreateSubscriptionResponse>(
        "/tamarack.tellusonce.v1.SubscriptionService/CreateSubscription", request, &admin);
  }

  // Calls a method of ChangeService as `person`, zoe unless told.
  Shown Show(const std::string& method, const google::protobuf::Message& request,
             const auth::Principal* person = nullptr) {
    Shown shown;
    auto body =
        host.Call<google::api::HttpBody>("/tamarack.tellusonce.v1.ChangeService/" + method, request,
                                         person != nullptr ? person : &zoe, {}, &shown.answer);
    if (body.ok()) shown.html = body->data();
    return shown;
  }

  // The form that tells of a new address, with both ministries chosen.
  v1::TellAddressRequest Form(const std::string& line_1 = "12 Birch Street",
                              const std::string& request_id = "form-1") {
    v1::TellAddressRequest form;
    form.set_lang("en");
    form.set_line_1(line_1);
    form.set_city("Timmins");
    form.set_province("ON");
    form.set_postal_code("p4n2k6");
    form.set_request_id(request_id);
    form.add_subscription_id(licence_subscription.subscription().subscription_id());
    form.add_subscription_id(health_subscription.subscription().subscription_id());
    return form;
  }
  // The form before it, with the same address.
  static v1::ReviewAddressRequest Review(const v1::TellAddressRequest& form) {
    v1::ReviewAddressRequest review;
    review.set_lang(form.lang());
    review.set_line_1(form.line_1());
    review.set_line_2(form.line_2());
    review.set_city(form.city());
    review.set_province(form.province());
    review.set_postal_code(form.postal_code());
    review.set_return_to(form.return_to());
    return review;
  }
  // Id of the change that a telling led to.
  static std::string ChangeOf(const Shown& told) {
    std::string location = told.answer.Http("location");
    size_t begin = location.find("/changes/");
    return begin == std::string::npos ? "" : location.substr(begin + 9, 36);
  }
  Shown Status(const std::string& change_id, const std::string& lang = "en",
               const std::string& return_to = "") {
    v1::ShowChangeRequest request;
    request.set_lang(lang);
    request.set_change_id(change_id);
    request.set_return_to(return_to);
    return Show("ShowChange", request);
  }

  absl::StatusOr<v1::Delivery> Read(const std::string& delivery_id,
                                    const auth::Principal& ministry) {
    v1::GetDeliveryRequest request;
    request.set_delivery_id(delivery_id);
    return host.Call<v1::Delivery>("/tamarack.tellusonce.v1.SubscriptionService/GetDelivery",
                                   request, &ministry);
  }
  absl::StatusOr<v1::Delivery> Report(const std::string& delivery_id, const std::string& outcome,
                                      const auth::Principal& ministry,
                                      const std::string& reason = "",
                                      const std::string& case_reference = "") {
    v1::ReportOutcomeRequest request;
    request.set_delivery_id(delivery_id);
    request.set_outcome(outcome);
    request.set_reason_code(reason);
    request.set_case_reference(case_reference);
    return host.Call<v1::Delivery>("/tamarack.tellusonce.v1.SubscriptionService/ReportOutcome",
                                   request, &ministry);
  }

  std::string Sql(const std::string& sql) { return host.database().Execute(sql); }
  // Id of the delivery of the newest change to a subscription.
  std::string DeliveryTo(const v1::CreateSubscriptionResponse& subscription) {
    return Sql(
        "SELECT d.delivery_id FROM delivery d JOIN change c USING (change_id) WHERE "
        "d.subscription_id = '" +
        subscription.subscription().subscription_id() + "' ORDER BY c.sequence DESC LIMIT 1");
  }

  static void WaitFor(const std::function<bool()>& condition) {
    REQUIRE(testing::Eventually(condition));
  }
  // What a ministry has received, once there are `count`.
  static std::vector<Event> Events(Receiver& receiver, size_t count) {
    WaitFor([&] { return receiver.received().size() >= count; });
    std::vector<Event> events;
    for (auto& request : receiver.received()) {
      events.push_back({request, boost::json::parse(request.body).as_object()});
    }
    return events;
  }
};

}  // namespace tamarack::tellusonce
