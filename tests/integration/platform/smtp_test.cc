#include "platform/smtp/smtp.h"
#include "platform/curl/loop.h"
#include "tests/integration/platform/net_support.h"

#include <boost/asio/read_until.hpp>

#include <chrono>
#include <map>
#include <optional>

namespace asio = boost::asio;
namespace smtp = tamarack::smtp;
using namespace std::chrono_literals;
using absl::StatusCode;
using tamarack::test::LoopThread;

namespace {

// A relay that answers each command from a table; an empty reply closes the connection. Serves one
// connection after the other on its own thread.
class Relay {
 public:
  std::map<std::string, std::string> replies = {{"GREETING", "220 relay"},
                                                {"EHLO", "250-relay\r\n250 AUTH PLAIN"},
                                                {"AUTH", "235 ok"},
                                                {"MAIL", "250 ok"},
                                                {"RCPT", "250 ok"},
                                                {"DATA", "354 go on"},
                                                {"TEXT", "250 2.0.0 Ok: queued as X1"},
                                                {"QUIT", "221 bye"}};
  std::vector<std::string> commands;  // Read them after the client is done.
  std::string text;
  int connections = 0;

  ~Relay() { Stop(); }
  int port() const { return acceptor_.local_endpoint().port(); }
  void Start() {
    thread_ = std::thread([this] {
      for (;;) {
        asio::ip::tcp::socket socket(io_);
        acceptor_.accept(socket);
        if (stopping_) return;
        ++connections;
        Serve(socket);
      }
    });
  }
  void Stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    asio::ip::tcp::socket wake(io_);
    wake.connect(acceptor_.local_endpoint());
    thread_.join();
  }

 private:
  bool Reply(asio::ip::tcp::socket& socket, const std::string& key) {
    auto found = replies.find(key);
    std::string reply = found == replies.end() ? "250 ok" : found->second;
    boost::system::error_code error;
    if (!reply.empty()) asio::write(socket, asio::buffer(reply + "\r\n"), error);
    return !reply.empty() && !error;
  }
  void Serve(asio::ip::tcp::socket& socket) {
    std::string buffer;
    auto read_until = [&](const std::string& end) -> std::optional<std::string> {
      boost::system::error_code error;
      size_t size = asio::read_until(socket, asio::dynamic_buffer(buffer), end, error);
      if (error) return std::nullopt;
      std::string read = buffer.substr(0, size);
      buffer.erase(0, size);
      return read;
    };
    bool goes_on = Reply(socket, "GREETING");
    while (goes_on) {
      auto line = read_until("\r\n");
      if (!line) return;
      commands.push_back(line->substr(0, line->size() - 2));
      std::string verb = line->substr(0, 4);
      goes_on = Reply(socket, verb) && verb != "QUIT";
      if (verb != "DATA" || !goes_on || replies["DATA"][0] != '3') continue;
      auto body = read_until("\r\n.\r\n");
      if (!body) return;
      text = *body;
      goes_on = Reply(socket, "TEXT");
    }
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

struct Fixture {
  LoopThread loop;
  Relay relay;
  std::optional<tamarack::curl::Loop> curl;
  smtp::Mail mail;

  Fixture() {
    loop.Do([this] { curl.emplace(loop.executor()); });
    mail.url = "smtp://127.0.0.1:" + std::to_string(relay.port());
    mail.from = "no-reply@tamarack.test";
    mail.to = "person@example.test";
    mail.message = "Subject: hello\r\n\r\nHello.\r\n";
    mail.timeout = 5s;
  }
  ~Fixture() { CloseConnections(); }
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

TEST_CASE_METHOD(Fixture, "User name and password are sent when given") {
  relay.Start();
  mail.username = "user";
  mail.password = "secret";
  REQUIRE(Send().ok());
  CloseConnections();
  CHECK(HasCommand("AUTH PLAIN AHVzZXIAc2VjcmV0"));
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
      {"MAIL", "", StatusCode::kUnavailable},
      {"RCPT", "550 5.1.1 no such user", StatusCode::kFailedPrecondition},
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
  relay.replies["AUTH"] = "535 5.7.8 bad credentials";
  relay.Start();
  mail.username = "user";
  mail.password = "wrong";
  CHECK(Send().status().code() == StatusCode::kUnavailable);
}

TEST_CASE_METHOD(Fixture, "Required TLS that the relay lacks sends nothing") {
  relay.Start();
  mail.require_tls = true;
  CHECK(Send().status().code() == StatusCode::kUnavailable);
  CloseConnections();
  CHECK_FALSE(HasCommand("MAIL FROM:<no-reply@tamarack.test>"));
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
