#include "platform/rpc/errors.h"
#include "platform/runtime/offload.h"
#include "services/identity/mail/email_worker.h"
#include "services/identity/migrations.h"
#include "services/identity/sign_in/registrations.h"
#include "tests/support/service_host.h"

#include "tamarack/notify/v1/notification_service.grpc.pb.h"
#include "tamarack/notify/v1/template_service.grpc.pb.h"
#include "tests/support/eventually.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <mutex>
#include <utility>

// Goal: a registration's email reaches notify once, whatever notify does meanwhile. Method: the
// real worker and database; a notify that refuses as often as it is told to.
namespace tamarack::identity {
namespace {

namespace notify_v1 = notify::v1;

struct Notify {
  std::mutex mutex;
  int refusals = 0;
  absl::Status refusal = absl::UnavailableError("not now");
  std::vector<notify_v1::PutTemplateRequest> templates;
  std::vector<notify_v1::SendEmailRequest> tries;
  std::vector<std::string> keys;
};

class FakeNotifications final : public notify_v1::NotificationService::CallbackService {
 public:
  using Api = notify_v1::NotificationService;
  FakeNotifications(rpc::Interceptor& interceptor, Notify& state)
      : rpc_(interceptor), state_(state) {}
  TAMARACK_UNARY(SendEmail, notify_v1::SendEmailRequest, notify_v1::SendEmailResponse) {
    std::lock_guard lock(state_.mutex);
    state_.tries.push_back(request);
    state_.keys.push_back(context.idempotency_key);
    if (state_.refusals-- > 0) co_return state_.refusal;
    co_return notify_v1::SendEmailResponse();
  }

 private:
  rpc::Interceptor& rpc_;
  Notify& state_;
};

class FakeTemplates final : public notify_v1::TemplateService::CallbackService {
 public:
  using Api = notify_v1::TemplateService;
  FakeTemplates(rpc::Interceptor& interceptor, Notify& state) : rpc_(interceptor), state_(state) {}
  TAMARACK_UNARY(GetTemplate, notify_v1::GetTemplateRequest, notify_v1::Template) {
    std::lock_guard lock(state_.mutex);
    for (const auto& made : state_.templates) {
      if (made.id() == request.id()) co_return notify_v1::Template();
    }
    co_return absl::NotFoundError("no such template");
  }
  TAMARACK_UNARY(PutTemplate, notify_v1::PutTemplateRequest, notify_v1::Template) {
    std::lock_guard lock(state_.mutex);
    state_.templates.push_back(request);
    co_return notify_v1::Template();
  }

 private:
  rpc::Interceptor& rpc_;
  Notify& state_;
};

struct Fixture {
  testing::ServiceHost host{Migrations()};
  Notify state;
  FakeNotifications notifications{host.interceptor(), state};
  FakeTemplates templates{host.interceptor(), state};
  std::string address = host.Serve({&notifications, &templates});
  rpc::Client notify{address, [this] { return Token("notify.send"); }};
  rpc::Client admin_notify{address, [this] { return Token("notify.templates.write"); }};
  Keyring keyring{crypto::Keyring(std::string(32, 'k'))};
  IdentityMetrics metrics{host.registry()};
  EmailRepository emails{host.pool(), keyring};
  EmailWorker worker{host.executor(),
                     emails,
                     notify,
                     admin_notify,
                     {{"id-en", "Subject", "((code))"}, {"id-fr", "Objet", "((code))"}},
                     metrics};
  PersonRepository people{host.pool(), keyring};
  Registrations registrations{host.pool(), keyring, people, [this] { worker.Wake(); }};

  ~Fixture() {
    StopWorker();
    host.Stop();
  }
  Async<std::string> Token(std::string scope) {
    co_return host.Token(testing::ServiceCaller("s1", {scope}));
  }
  void Begin(const std::string& language) {
    NewPerson person;
    person.profile.email = "zoe@example.test";
    person.language = language;
    REQUIRE(host.Await(registrations.Begin(person)).ok());
  }
  // After what it is at.
  void StopWorker() {
    if (!std::exchange(is_stopped, true)) worker.Stop();
  }
  void WaitUntilSent() {
    REQUIRE(testing::Eventually(
        [&] { return host.database().Execute("SELECT count(*) FROM email_outbox") == "0"; }));
  }

  bool is_stopped = false;
};

TEST_CASE_METHOD(Fixture,
                 "Email: the template is made once, then emails go out in the person's language") {
  worker.Start();
  Begin("fr");
  WaitUntilSent();
  Begin("fr");
  WaitUntilSent();
  std::lock_guard lock(state.mutex);
  REQUIRE(state.templates.size() == 1);
  CHECK(state.templates[0].id() == "id-fr");
  CHECK(state.templates[0].subject() == "Objet");
  REQUIRE(state.tries.size() == 2);
  CHECK(state.tries[0].email_address() == "zoe@example.test");
  CHECK(state.tries[0].template_id() == "id-fr");
  CHECK(state.tries[0].personalisation().fields().at("code").string_value().size() == 8);
  CHECK(state.keys[0] != state.keys[1]);
}

TEST_CASE_METHOD(
    Fixture, "Email: what notify refuses is tried again under the same key, until it is accepted") {
  state.refusals = 2;
  Begin("en");  // before the worker runs, as after a restart
  worker.Start();
  WaitUntilSent();
  std::lock_guard lock(state.mutex);
  REQUIRE(state.keys.size() == 3);
  CHECK(state.keys[0] == state.keys[2]);
  CHECK(!state.keys[0].empty());
  CHECK(state.tries[0].SerializeAsString() == state.tries[2].SerializeAsString());
}

TEST_CASE_METHOD(Fixture, "Email: what notify refuses for good is given up at once, and counted") {
  state.refusals = 1;
  state.refusal = rpc::InvalidField("email_address", "Not a valid email address");
  Begin("en");
  worker.Start();
  WaitUntilSent();
  Begin("en");
  WaitUntilSent();
  std::lock_guard lock(state.mutex);
  REQUIRE(state.keys.size() == 2);
  CHECK(state.keys[0] != state.keys[1]);
  CHECK(metrics.emails_given_up.Value() == 1);
  CHECK(metrics.emails_sent.Value() == 1);
}

TEST_CASE_METHOD(Fixture,
                 "Email: what an operator can mend waits, and a lost template is made again") {
  auto refusal = GENERATE(absl::InvalidArgumentError("Template not found"),
                          absl::InvalidArgumentError("Missing personalisation: name"),
                          rpc::InvalidField("template_id", "is not a valid UUID"));
  worker.Start();
  Begin("en");
  WaitUntilSent();
  {
    std::lock_guard lock(state.mutex);
    state.templates.clear();
    state.refusals = 1;
    state.refusal = refusal;
  }
  Begin("en");
  WaitUntilSent();
  std::lock_guard lock(state.mutex);
  REQUIRE(state.keys.size() == 3);
  CHECK(state.keys[1] == state.keys[2]);
  CHECK(state.templates.size() == 1);
  CHECK(metrics.emails_given_up.Value() == 0);
}

TEST_CASE_METHOD(Fixture, "Email: a code that is no longer good is given up, and counted") {
  Begin("en");
  host.database().Execute("UPDATE email_outbox SET created_at = now() - interval '16 minutes'");
  worker.Start();
  WaitUntilSent();
  StopWorker();  // It counts once the row is gone.
  std::lock_guard lock(state.mutex);
  CHECK(state.tries.empty());
  CHECK(metrics.emails_given_up.Value() == 1);
}

TEST_CASE_METHOD(Fixture, "Registrations: one is forgotten a day after it began") {
  Begin("en");
  host.database().Execute("UPDATE registration SET created_at = now() - interval '25 hours'");
  Begin("en");
  CHECK(*host.Await(registrations.ForgetOld(10)) == 1);
  CHECK(*host.Await(registrations.ForgetOld(10)) == 0);
}

}  // namespace
}  // namespace tamarack::identity
