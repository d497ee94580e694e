#include "tests/support/relay.h"
#include "platform/crypto/encoding.h"
#include "platform/telemetry/metrics.h"
#include "tests/integration/notify/fixture.h"

#include <atomic>

// Goal: what the relay refuses for good is over at once and seen, what it refuses for now is sent
// again. Method: a live key, and a relay that answers as the test says.
namespace tamarack::notify {
namespace {

struct RelayFixture : Fixture {
  testing::Relay relay;
  DeliveryWorker mailer{host.executor(), notifications, smtp, RelayOptions(), host.registry()};

  RelayFixture() { caller = KeyOf("s1", "live"); }
  ~RelayFixture() { mailer.Stop(); }
  void Start() {
    relay.Start();
    mailer.Start();
  }
  DeliveryOptions RelayOptions() const {
    DeliveryOptions options = Options();
    options.tick = std::chrono::milliseconds(20);
    options.smtp_url = "smtp://127.0.0.1:" + std::to_string(relay.port());
    return options;
  }
  void WaitForMetric(const std::string& line) {
    CAPTURE(line);
    REQUIRE(testing::Eventually([&] {
      return telemetry::SerializeMetrics(host.registry()).find(line) != std::string::npos;
    }));
  }
  // What has been tried is recorded.
  void WaitForNoClaims() {
    REQUIRE(testing::Eventually([&] { return Count("claim_token IS NOT NULL") == "0"; }));
  }
  std::string Attempts() { return host.database().Execute("SELECT attempts FROM notification"); }
};

TEST_CASE_METHOD(RelayFixture, "What the relay refuses for good is tried once", "[notify]") {
  struct Case {
    const char* step;
    const char* reply;
  };
  auto c = GENERATE(values<Case>({{"RCPT", "550 5.1.1 no such user"},
                                  {"RCPT", "553 5.1.3 bad address"},
                                  {"DATA", "554 5.7.1 refused"},
                                  {"TEXT", "552 5.3.4 too large"}}));
  INFO(c.step << ": " << c.reply);
  relay.replies[c.step] = c.reply;
  Start();
  auto sent = Send(Email("person@example.test"));
  REQUIRE(sent.ok());
  CHECK(FinalStatus(sent->id()) == "permanent-failure");
  CHECK(Attempts() == "1");
  WaitForMetric("tamarack_notify_failed_total{status=\"permanent-failure\"} 1");
}

TEST_CASE_METHOD(RelayFixture, "An address that no mail can be sent to is given up at once",
                 "[notify]") {
  NotificationRow row;
  row.id = "018f0000-0000-7000-8000-000000000001";
  row.owner = {.id = "s1"};
  row.template_id = template_id;
  row.template_version = 1;
  row.content.email_address = GENERATE("", "two words@example.test", "<person@example.test>");
  REQUIRE(host.Await(notifications.Insert({row, {}})).ok());
  Start();
  CHECK(FinalStatus(row.id) == "permanent-failure");
  CHECK(Attempts() == "1");
}

TEST_CASE_METHOD(RelayFixture, "What the relay refuses for now, or of us, waits", "[notify]") {
  struct Case {
    const char* step;
    const char* reply;
  };
  auto c = GENERATE(values<Case>({{"RCPT", "450 4.2.1 mailbox busy"},
                                  {"TEXT", "452 4.3.1 disk full"},
                                  {"GREETING", "554 no service for you"},
                                  {"MAIL", "530 5.7.0 authentication required"}}));
  INFO(c.step << ": " << c.reply);
  relay.replies[c.step] = c.reply;
  Start();
  auto sent = Send(Email("person@example.test"));
  REQUIRE(sent.ok());
  WaitForMetric("tamarack_notify_postponed_total 1");
  CHECK(Get(sent->id()).status() == "sending");
}

TEST_CASE_METHOD(RelayFixture,
                 "An outage of the relay uses up no email's attempts, and ends by itself",
                 "[notify]") {
  std::atomic<bool> is_out = true;
  relay.before_reply = [&](const std::string& key) {
    if (key == "GREETING") relay.replies[key] = is_out ? "421 closing" : "220 relay";
  };
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(Send(Email("person@example.test"))->id());
  relay.Start();
  DeliveryOptions one_by_one = RelayOptions();
  one_by_one.in_flight_max = 1;  // the relay takes one connection after the other
  DeliveryWorker patient{host.executor(), notifications, smtp, one_by_one, host.registry()};
  patient.Start();
  WaitForMetric("tamarack_work_destinations_out_of_order{queue=\"notifications\"} 1");
  WaitForMetric("tamarack_notify_postponed_total 6");  // the first probe is over, too
  // It is one since the fifth failed.
  CHECK(Count("attempts > 0 AND claim_token IS NULL") == "4");
  CHECK(Count("attempts > 1") == "0");
  is_out = false;
  host.database().Execute(
      "UPDATE notification SET due_at = now() WHERE due_at IS NOT NULL AND claim_token IS NULL");
  for (const auto& id : ids) CHECK(FinalStatus(id) == "delivered");
  WaitForMetric("tamarack_notify_handover_duration_seconds_bucket{le=\"60\"} 12");
  CHECK(Count("attempts > 2") == "0");
  WaitForMetric("tamarack_work_destinations_out_of_order{queue=\"notifications\"} 0");
  patient.Stop();
}

TEST_CASE_METHOD(RelayFixture, "Sandbox emails do not wait for the relay", "[notify]") {
  relay.replies["GREETING"] = "421 closing";
  relay.Start();
  DeliveryOptions narrow = RelayOptions();
  narrow.in_flight_max = 2;  // more wait for the relay than are claimed at once
  DeliveryWorker patient{host.executor(), notifications, smtp, narrow, host.registry()};
  for (int i = 0; i < 9; ++i) REQUIRE(Send(Email("person@example.test")).ok());
  patient.Start();
  WaitForMetric("tamarack_work_destinations_out_of_order{queue=\"notifications\"} 1");
  caller = TestKey("s1");
  auto sandbox = Send(Email());
  REQUIRE(sandbox.ok());
  host.database().Execute(
      "UPDATE notification SET due_at = now() - interval '1 hour' "
      "WHERE key_type = 'live' AND claim_token IS NULL");
  CHECK(FinalStatus(sandbox->id()) == "delivered");
  CHECK(Count("status = 3") == "1");
  WaitForMetric("tamarack_work_destinations_out_of_order{queue=\"notifications\"} 1");
  patient.Stop();
}

TEST_CASE_METHOD(RelayFixture, "Few emails find out that the relay is down, and lose no attempts",
                 "[notify]") {
  relay.replies["GREETING"] = "421 closing";
  relay.Start();
  DeliveryWorker patient{host.executor(), notifications, smtp, RelayOptions(), host.registry()};
  REQUIRE(Send(Email("person@example.test")).ok());
  patient.Start();
  for (int failed = 1; failed <= 4; ++failed) {
    WaitForMetric("tamarack_notify_postponed_total " + std::to_string(failed));
    WaitForNoClaims();
    host.database().Execute("UPDATE notification SET due_at = now()");
  }
  WaitForMetric("tamarack_work_destinations_out_of_order{queue=\"notifications\"} 1");
  WaitForNoClaims();
  host.database().Execute("UPDATE notification SET due_at = now()");
  WaitForMetric("tamarack_notify_postponed_total 6");  // a probe
  WaitForNoClaims();
  CHECK(Attempts() == "4");
  patient.Stop();
}

TEST_CASE_METHOD(RelayFixture, "The relay's own trouble is told from that of one mailbox",
                 "[notify]") {
  struct Case {
    const char* reply;
    bool is_outage;
  };
  auto c = GENERATE(values<Case>({{"452 4.2.2 mailbox full", false},
                                  {"450 4.2.1 mailbox busy", false},
                                  {"451 4.3.0 queue file write error", true},
                                  {"452 4.3.1 disk full", true}}));
  INFO(c.reply);
  relay.replies["RCPT"] = c.reply;
  for (int i = 0; i < 5; ++i) REQUIRE(Send(Email("person@example.test")).ok());
  relay.Start();
  DeliveryOptions one_by_one = RelayOptions();
  one_by_one.in_flight_max = 1;
  DeliveryWorker patient{host.executor(), notifications, smtp, one_by_one, host.registry()};
  patient.Start();
  WaitForMetric("tamarack_notify_postponed_total 5");
  WaitForNoClaims();
  patient.Stop();
  // The fifth's attempt counts unless it found an outage.
  CHECK(Count("attempts = 1") == (c.is_outage ? "4" : "5"));
}

TEST_CASE_METHOD(RelayFixture, "No outage makes an email wait for ever", "[notify]") {
  relay.replies["GREETING"] = "421 closing";
  relay.Start();
  DeliveryOptions options = RelayOptions();
  const int retention = GENERATE(1, 7);
  options.retention_days = retention;
  auto old = Send(Email("person@example.test"))->id();
  auto young = Send(Email("person@example.test"))->id();
  auto under_way = Send(Email("person@example.test"))->id();
  auto age = [&](const std::string& id, int hours) {
    host.database().Execute(
        "UPDATE notification SET due_at = now() + interval '1 hour', "
        "created_at = now() - interval '" +
        std::to_string(hours) + " hours' WHERE notification_id = '" + id + "'");
  };
  const int limit = retention == 1 ? 24 : 75;
  age(old, limit + 1);
  age(young, limit - 1);
  age(under_way, limit + 1);
  host.database().Execute(
      "UPDATE notification SET claim_token = gen_random_uuid() WHERE notification_id = '" +
      under_way + "'");
  DeliveryWorker patient{host.executor(), notifications, smtp, options, host.registry()};
  patient.Start();
  CHECK(FinalStatus(old) == "technical-failure");
  WaitForMetric("tamarack_notify_failed_total{status=\"technical-failure\"} 1");
  patient.Stop();
  CHECK(Count("due_at IS NOT NULL") == "2");
  // What is over is forgotten with the rest of its age.
  CHECK(Count("sealed IS NULL") == (retention == 1 ? "1" : "0"));
}

TEST_CASE_METHOD(RelayFixture, "The email says in which language it is", "[notify]") {
  auto put = NewTemplate();
  put.set_id(template_id);
  put.set_language("fr");
  auto made = host.Call<v1::Template>(kPut, put, &admin);
  REQUIRE(made.ok());
  CHECK(made->language() == "fr");
  Start();
  CHECK(FinalStatus(Send(Email("person@example.test"))->id()) == "delivered");
  mailer.Stop();
  relay.Stop();
  std::string html = crypto::Base64Encode("<!doctype html><html lang=\"fr\"><head><meta");
  CHECK_THAT(relay.text, Catch::Contains(html.substr(0, 56)));
}

TEST_CASE_METHOD(RelayFixture, "An international domain goes to the relay in its ASCII form",
                 "[notify]") {
  struct Case {
    const char* given;
    const char* sent;
  };
  auto c = GENERATE(values<Case>({{"m@québec.example", "m@xn--qubec-csa.example"},
                                  {"m@QUE\u0301BEC.Example", "m@xn--qubec-csa.example"},
                                  {"m@ᓄᓇᕗᑦ.example", "m@xn--tfe1qja09c.example"},
                                  {"M.O@example.test", "M.O@example.test"}}));
  Start();
  auto sent = Send(Email(c.given));
  REQUIRE(sent.ok());
  CHECK(FinalStatus(sent->id()) == "delivered");
  mailer.Stop();
  relay.Stop();
  CHECK_THAT(relay.commands, Catch::VectorContains("RCPT TO:<" + std::string(c.sent) + ">"));
  CHECK_THAT(relay.text, Catch::Contains("To: <" + std::string(c.sent) + ">\r\n"));
  CHECK(
      std::all_of(relay.text.begin(), relay.text.end(), [](unsigned char c) { return c < 0x80; }));
}

}  // namespace
}  // namespace tamarack::notify
