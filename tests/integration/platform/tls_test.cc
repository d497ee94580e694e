#include "platform/crypto/hash.h"
#include "platform/http/server.h"
#include "tests/integration/platform/net_support.h"
#include "tests/integration/platform/tls_client.h"
#include "tests/support/eventually.h"

#include <dlfcn.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <chrono>

namespace asio = boost::asio;
namespace http = tamarack::http;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using tamarack::test::Certificate;
using tamarack::test::Gate;
using tamarack::test::LoopThread;
using tamarack::test::RawClient;
using tamarack::test::Replace;
using tamarack::test::TlsClient;
using tamarack::testing::Eventually;

namespace {
std::atomic<bool> has_memory_for_tls = true;
}

// In place of OpenSSL's own, which fails only when memory has run out.
extern "C" SSL* SSL_new(SSL_CTX* context) {
  static auto* own = reinterpret_cast<SSL* (*)(SSL_CTX*)>(dlsym(RTLD_NEXT, "SSL_new"));
  return has_memory_for_tls ? own(context) : nullptr;
}

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

std::string Post(size_t bytes) {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
         std::string(bytes, 'b');
}

// A TLS server whose handler says what it knows about the request's connection.
struct Fixture {
  LoopThread loop;
  Gate gate{loop.executor()};
  fs::path folder = fs::temp_directory_path() / ("tls-test-" + std::to_string(::getpid()));
  Certificate first{"first"};
  http::ServerOptions options;
  std::unique_ptr<http::Server> server;

  Fixture() {
    fs::create_directories(folder);
    Use(first);
    options.tls.certificate_file = folder / "tls.crt";
    options.tls.key_file = folder / "tls.key";
    options.tls.reload_interval = 5ms;
  }
  ~Fixture() {
    if (server) server->Drain(5s);
    fs::remove_all(folder);
  }
  void Use(const Certificate& certificate) const {
    Replace(folder / "tls.key", certificate.KeyPem());
    Replace(folder / "tls.crt", certificate.CertificatePem());
  }
  int Port() {
    if (!server) {
      server = std::make_unique<http::Server>(
          loop.executor(), options, [this](http::Request request) { return Handle(request); });
    }
    return server->port();
  }
  TlsClient Connect(const TlsClient::Options& how = {}) { return TlsClient(Port(), how); }

  static http::BodySource Pieces() {
    return [count = 0]() mutable -> tamarack::Async<std::optional<std::string>> {
      if (++count > 3) co_return std::nullopt;
      co_return std::string(40'000, static_cast<char>('a' + count));
    };
  }
  asio::awaitable<http::Response> Handle(http::Request request) {
    if (request.target == "/wait") co_await gate.Pass();
    http::Response response;
    if (request.target == "/stream") response.body_source = Pieces();
    response.body = request.body.empty() ? std::string(request.tls ? "tls " : "plain ") +
                                               request.client_certificate_sha256
                                         : request.body;
    co_return response;
  }
};

std::string Sha256(const Certificate& certificate) {
  std::string digest(32, '\0');
  X509_digest(certificate.x509.get(), EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()),
              nullptr);
  return digest;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "TLS carries requests and answers of every size") {
  auto client = Connect({.version_max = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION)});
  REQUIRE(client.is_connected());
  CHECK(client.Ask(kGet) == "tls ");
  CHECK(client.Ask(Post(1 << 20)) == std::string(1 << 20, 'b'));
  CHECK(client.Ask(Post(16 * 1024)) == std::string(16 * 1024, 'b'));
  client.Send(kGet + Post(3) + kGet);
  CHECK(client.ReadBody() == "tls ");
  CHECK(client.ReadBody() == "bbb");
  CHECK(client.ReadBody() == "tls ");
  CHECK(client.Ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") == "tls ");
  CHECK(client.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "TLS carries answers that come in pieces") {
  auto client = Connect();
  client.Send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n" + kGet);
  CHECK_THAT(client.ReadUntil("\r\n\r\n"), Catch::Contains("Transfer-Encoding: chunked\r\n"));
  std::string chunks;
  for (char c : {'b', 'c', 'd'}) chunks += "9c40\r\n" + std::string(40'000, c) + "\r\n";
  CHECK(client.ReadUntil("0\r\n\r\n") == chunks + "0\r\n\r\n");
  CHECK(client.ReadBody() == "tls ");
}

TEST_CASE_METHOD(Fixture, "TLS older than 1.2 is refused") {
  CHECK_FALSE(Connect({.version_max = TLS1_1_VERSION}).is_connected());
  CHECK(Connect({.version_max = TLS1_2_VERSION}).version() == TLS1_2_VERSION);
  CHECK(Connect().version() == TLS1_3_VERSION);
}

TEST_CASE_METHOD(Fixture, "ALPN selects http/1.1 or refuses") {
  CHECK(Connect({.protocols = "\x02h2\x08http/1.1"}).protocol() == "http/1.1");
  CHECK(Connect().is_connected());
  auto client = Connect({.protocols = "\x02h2"});
  CHECK((!client.is_connected() || client.Ask(kGet).empty()));
}

TEST_CASE_METHOD(Fixture, "A client's certificate is asked for, checked and known by its digest") {
  Certificate authority("authority");
  Certificate known("known", &authority);
  Certificate stranger("stranger");
  Replace(folder / "ca.crt", authority.CertificatePem());
  options.tls.client_ca_file = folder / "ca.crt";
  int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);

  auto client = Connect({.version_max = version, .certificate = &known});
  CHECK(client.Ask(kGet) == "tls " + Sha256(known));
  CHECK(client.Ask(kGet) == "tls " + Sha256(known));
  auto resumed =
      Connect({.version_max = version, .certificate = &known, .session = client.session()});
  CHECK(resumed.Ask(kGet) == "tls " + Sha256(known));
  CHECK(resumed.is_resumed());
  CHECK(Connect({.version_max = version}).Ask(kGet) == "tls ");
  // In TLS 1.3 the client learns only after its own part of the handshake.
  auto refused = Connect({.version_max = version, .certificate = &stranger});
  CHECK((!refused.is_connected() || refused.Ask(kGet).empty()));
}

TEST_CASE_METHOD(Fixture, "A new certificate serves new connections, and the old ones go on") {
  auto old = Connect();
  CHECK(old.PeerName() == "first");
  CHECK(old.Ask(kGet) == "tls ");
  auto session = old.session();
  Certificate second("second");
  Use(second);
  REQUIRE(Eventually([&] {
    CHECK(old.Ask(kGet) == "tls ");
    return Connect().PeerName() == "second";
  }));
  CHECK(old.Ask(kGet) == "tls ");
  // Tickets end with the keys that they are under.
  auto again = Connect({.session = session});
  CHECK(again.Ask(kGet) == "tls ");
  CHECK_FALSE(again.is_resumed());
}

TEST_CASE_METHOD(Fixture, "A pair that cannot be used changes nothing") {
  CHECK(Connect().PeerName() == "first");
  std::string broken = GENERATE(std::string("nonsense"), Certificate("other").CertificatePem());
  Replace(folder / "tls.crt", broken);
  for (int i = 0; i < 20; ++i) CHECK(Connect().PeerName() == "first");
  Certificate third("third");
  Use(third);
  REQUIRE(Eventually([&] {
    std::string name = Connect().PeerName();
    if (name == "third") return true;
    CHECK(name == "first");
    return false;
  }));
}

TEST_CASE_METHOD(Fixture, "A connection for which there is no memory for TLS is closed unheard") {
  bool is_full = GENERATE(false, true);
  if (is_full) options.connections_max = 0;
  int port = Port();
  has_memory_for_tls = false;
  RawClient client(port);
  client.Send(kGet);
  CHECK(client.ReadUntil("\r\n").empty());  // not even an error, without TLS
  has_memory_for_tls = true;
  if (!is_full) CHECK_NOTHROW(Connect());
}

TEST_CASE_METHOD(Fixture, "A server does not start without a usable certificate") {
  Replace(folder / "tls.key", Certificate("other").KeyPem());
  CHECK_THROWS_WITH(Port(), Catch::Contains("tls.key"));
  fs::remove(folder / "tls.crt");
  CHECK_THROWS_WITH(Port(), Catch::Contains("tls.crt"));
}

TEST_CASE_METHOD(Fixture,
                 "Plain HTTP gets no answer where TLS is spoken, and silence no patience") {
  RawClient plain(Port());
  plain.Send(kGet);
  CHECK(plain.Read().status == 0);
  server.reset();
  options.header_timeout = 30ms;
  RawClient silent(Port());
  CHECK(silent.ReadsEnd());
}

TEST_CASE_METHOD(Fixture, "A handler is cancelled when its TLS peer goes away") {
  auto client = Connect();
  client.Send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  gate.AwaitEntry();
  client.Close();
  CHECK_FALSE(gate.AwaitLeaving());
}

TEST_CASE_METHOD(Fixture, "Draining ends idle TLS connections with close_notify") {
  auto client = Connect();
  CHECK(client.Ask(kGet) == "tls ");
  CHECK(server->Drain(5s));
  CHECK(client.ReadsEnd());
}
