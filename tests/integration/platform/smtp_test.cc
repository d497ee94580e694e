#include "platform/smtp/smtp.h"
#include "platform/curl/multi.h"
#include "tests/integration/platform/certificates.h"
#include "tests/integration/platform/net_support.h"
#include "tests/support/relay.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

namespace asio = boost::asio;
namespace smtp = tamarack::smtp;
using namespace std::chrono_literals;
using absl::StatusCode;
using tamarack::test::LoopThread;
using tamarack::testing::Relay;

namespace {

struct Fixture {
  LoopThread loop;
  Relay relay;
  std::optional<tamarack::curl::Multi> curl;
  smtp::Mail mail;
  std::filesystem::path ca_file =
      std::filesystem::temp_directory_path() / ("relay-" + std::to_string(::getpid()) + ".pem");

  Fixture() {
    loop.Do([this] { curl.emplace(loop.executor()); });
    mail.url = "smtp://127.0.0.1:" + std::to_string(relay.port());
    mail.from = "no-reply@tamarack.test";
    mail.to = "person@example.test";
    mail.message = "Subject: hello\r\n\r\nHello.\r\n";
    mail.timeout = 5s;
  }
  ~Fixture() {
    CloseConnections();
    std::filesystem::remove(ca_file);
  }
  // The relay offers TLS from now on; its certificate is of an authority that `ca_file` names.
  void OfferTls() {
    tamarack::test::Certificate authority("authority"), own("localhost", &authority);
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    context->use_certificate_chain(asio::buffer(own.CertificatePem()));
    context->use_private_key(asio::buffer(own.KeyPem()), asio::ssl::context::pem);
    relay.tls = context;
    relay.replies["EHLO"] = "250-relay\r\n250-STARTTLS\r\n250 AUTH PLAIN";
    tamarack::test::Replace(ca_file, authority.CertificatePem());
    mail.url = "smtp://localhost:" + std::to_string(relay.port());
  }
  absl::StatusOr<smtp::Receipt> Send() {
    smtp::Client client(*curl);
    return loop.Run(client.Send(mail));
  }
  // The relay reads on until then.
  void CloseConnections() {
    if (curl) loop.Do([this] { curl.reset(); });
    relay.Stop();
  }
  bool HasCommand(const std::string& command) {
    return std::find(relay.commands.begin(), relay.commands.end(), command) != relay.commands.end();
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "Mail that the relay takes has the relay's last reply as receipt") {
  relay.Start();
  auto receipt = Send();
  REQUIRE(receipt.ok());
  CHECK(receipt->reply == "250 2.0.0 Ok: queued as X1");
  CloseConnections();
  CHECK_THAT(relay.text, Catch::StartsWith("Subject: hello\r\n\r\nHello.\r\n"));
  CHECK(HasCommand("MAIL FROM:<no-reply@tamarack.test>"));
  CHECK(HasCommand("RCPT TO:<person@example.test>"));
}

TEST_CASE_METHOD(Fixture, "A message cannot end itself early or smuggle in another") {
  relay.Start();
  mail.message = "Subject: x\n\nbefore\r\n.\r\nafter\n.\nlast\r.\rend";
  REQUIRE(Send().ok());
  CloseConnections();
  CHECK(relay.text ==
        "Subject: x\r\n\r\nbefore\r\n..\r\nafter\r\n..\r\nlast\r\n..\r\nend\r\n.\r\n");
}

TEST_CASE_METHOD(Fixture, "A second mail uses the same connection") {
  relay.Start();
  REQUIRE(Send().ok());
  REQUIRE(Send().ok());
  CloseConnections();
  CHECK(relay.connections == 1);
}

TEST_CASE_METHOD(Fixture, "A relay that hung up on an idle connection gets the next mail at once") {
  relay.says_bye = GENERATE("421 4.4.2 idle too long", "");
  relay.Start();
  REQUIRE(Send().ok());
  relay.HangUp();
  CHECK(Send().status() == absl::OkStatus());
  CloseConnections();
  CHECK(relay.connections == 2);
  CHECK(std::count(relay.commands.begin(), relay.commands.end(), "DATA") == 2);
}

TEST_CASE_METHOD(Fixture, "A second connection has only the time that the first one left") {
  // Silent for a while and then gone; on the next connection silent for more than the rest of the
  // time, but not for all of it.
  relay.before_reply = [this](const std::string& key) {
    bool is_second_mail = key == "MAIL" && relay.replies["MAIL"].empty();
    bool is_second_greeting = key == "GREETING" && relay.connections == 2;
    if (is_second_mail) std::this_thread::sleep_for(500ms);
    if (is_second_greeting) std::this_thread::sleep_for(2800ms);
    if (key == "TEXT") relay.replies["MAIL"] = "";
    if (is_second_greeting) relay.replies["MAIL"] = "250 ok";
  };
  relay.Start();
  mail.timeout = 3s;
  REQUIRE(Send().ok());
  CHECK(Send().status().code() == StatusCode::kDeadlineExceeded);
  CloseConnections();
  CHECK(relay.connections == 2);
}

TEST_CASE_METHOD(Fixture, "A relay that takes no mail at all is asked once more, not for ever") {
  relay.replies["MAIL"] = "421 4.3.2 not now";
  relay.Start();
  CHECK(Send().status().code() == StatusCode::kUnavailable);
  CloseConnections();
  CHECK(relay.connections == 1);  // a connection that was new said so: it is the relay's answer
}

TEST_CASE_METHOD(Fixture, "TLS is used whenever it is offered, and no password goes without it") {
  struct Case {
    const char* what;
    bool is_offered, is_authority_known, has_password, is_required;
    bool is_sent, is_secured;
  };
  auto c = GENERATE(values<Case>({
      {"not offered, not needed", false, false, false, false, true, false},
      {"offered by anybody", true, false, false, false, true, true},
      {"required and not offered", false, false, false, true, false, false},
      {"required of whom nobody vouches for", true, false, false, true, false, false},
      {"required and good", true, true, false, true, true, true},
      {"a password and nothing offered", false, false, true, false, false, false},
      {"a password for whom nobody vouches for", true, false, true, false, false, false},
      {"a password and good", true, true, true, false, true, true},
  }));
  INFO(c.what);
  if (c.is_offered) OfferTls();
  if (c.is_authority_known) mail.ca_file = ca_file;
  mail.require_tls = c.is_required;
  if (c.has_password) {
    mail.username = "user";
    mail.password = "secret";
  }
  relay.Start();
  absl::Status status = Send().status();
  INFO(status);
  CHECK(status.code() == (c.is_sent ? StatusCode::kOk : StatusCode::kUnavailable));
  CloseConnections();
  CHECK(HasCommand("MAIL FROM:<no-reply@tamarack.test>") == c.is_sent);
  CHECK(HasCommand("AUTH PLAIN AHVzZXIAc2VjcmV0") == (c.has_password && c.is_sent));
  for (const std::string& command : relay.plain_commands) {
    CHECK_FALSE(command.starts_with("AUTH"));
    if (c.is_secured) CHECK_FALSE(command.starts_with("MAIL"));
  }
}

TEST_CASE_METHOD(Fixture, "Each refusal has its code: for ever, for now, or unknown") {
  struct Case {
    const char* step;
    const char* reply;
    StatusCode code;
  };
  auto c = GENERATE(values<Case>({
      {"GREETING", "421 busy", StatusCode::kUnavailable},
      {"GREETING", "554 not you", StatusCode::kUnavailable},
      {"GREETING", "", StatusCode::kUnavailable},
      {"MAIL", "550 no such sender", StatusCode::kFailedPrecondition},
      {"MAIL", "451 later", StatusCode::kUnavailable},
      {"MAIL", "530 5.7.0 authentication required", StatusCode::kUnavailable},
      {"MAIL", "552 5.3.4 too large", StatusCode::kFailedPrecondition},
      {"MAIL", "", StatusCode::kUnavailable},
      {"RCPT", "550 5.1.1 no such user", StatusCode::kFailedPrecondition},
      {"RCPT", "530 5.7.1 authentication required to relay", StatusCode::kUnavailable},
      {"RCPT", "553 5.1.3 no address", StatusCode::kFailedPrecondition},
      {"RCPT", "450 4.2.1 mailbox busy", StatusCode::kUnavailable},
      {"DATA", "554 no valid recipients", StatusCode::kFailedPrecondition},
      {"DATA", "", StatusCode::kUnavailable},
      {"TEXT", "552 too much", StatusCode::kFailedPrecondition},
      {"TEXT", "452 disk full", StatusCode::kUnavailable},
      {"TEXT", "", StatusCode::kUnknown},
  }));
  INFO(c.step << ": " << c.reply);
  relay.replies[c.step] = c.reply;
  relay.Start();
  auto status = Send().status();
  CHECK(status.code() == c.code);
  CHECK_THAT(std::string(status.message()), Catch::Contains(c.reply));
}

TEST_CASE_METHOD(Fixture, "Failed authentication is ours to mend, so the mail waits") {
  OfferTls();
  relay.replies["AUTH"] = "535 5.7.8 bad credentials";
  relay.Start();
  mail.ca_file = ca_file;
  mail.username = "user";
  mail.password = "wrong";
  auto status = Send().status();
  CHECK(status.code() == StatusCode::kUnavailable);
  CHECK_THAT(std::string(status.message()), Catch::Contains("535"));
}

TEST_CASE_METHOD(Fixture, "A relay that never greets is DEADLINE_EXCEEDED") {
  mail.timeout = 50ms;  // the kernel accepts, nobody serves
  CHECK(Send().status().code() == StatusCode::kDeadlineExceeded);
}

TEST_CASE_METHOD(Fixture, "Addresses that would break out of their command are refused") {
  std::string address =
      GENERATE("", "a b@example.test", "a@b>\r\nRCPT TO:<c@d", "a@b\nDATA", "<a@b>");
  if (GENERATE(true, false)) {
    mail.to = address;
  } else {
    mail.from = address;
  }
  CHECK(Send().status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("A reply is about the mail, or tells the relay's own trouble") {
  for (const char* reply : {"450 4.2.1 busy", "452 4.2.2 full", "451 4.1.8 sender's domain",
                            "451 4.6.0 content", "450 no code", "450 4.7.1 policy", "450"})
    CHECK(smtp::IsAboutMail(reply));
  for (const char* reply :
       {"451 4.3.0 queue file", "452 4.3.1 disk", "450 4.3.2 not now", "451 4.4.3 DNS",
        "452 4.5.3 too many", "451 4.7.500 busy", "451", "452 no code", "421 4.2.1 closing", "454",
        "550 5.1.1 unknown", "250 ok", "", "no reply"})
    CHECK_FALSE(smtp::IsAboutMail(reply));
}

TEST_CASE_METHOD(Fixture, "Whether a mail reached the relay is told") {
  struct Case {
    const char* step;
    const char* reply;
    bool is_reached;
  };
  auto c = GENERATE(values<Case>({{"GREETING", "421 closing", false},
                                  {"GREETING", "554 no service", false},
                                  {"GREETING", "", false},
                                  {"MAIL", "530 5.7.0 log in", false},
                                  {"MAIL", "451 4.3.0 trouble", true},
                                  {"RCPT", "452 4.2.2 full", true},
                                  {"RCPT", "", true},
                                  {"RCPT", "550 5.1.1 unknown", true},
                                  {"TEXT", "", true},
                                  {"TEXT", "451 4.3.0 trouble", true}}));
  INFO(c.step << ": " << c.reply);
  relay.replies[c.step] = c.reply;
  relay.Start();
  CHECK(smtp::IsNotReached(Send().status()) == !c.is_reached);
}

TEST_CASE_METHOD(Fixture, "A relay that is not there was not reached") {
  relay.Start();
  relay.Stop();
  mail.url = GENERATE("smtp://127.0.0.1:1", "smtp://relay.invalid:25");
  CHECK(smtp::IsNotReached(Send().status()));
}
