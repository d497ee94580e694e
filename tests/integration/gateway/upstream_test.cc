// How back ends are called: one that is down takes nobody along, idempotent methods are tried
// again, deadlines are passed on and cut.
#include "plugged.h"
#include "tests/integration/platform/certificates.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <future>

namespace tamarack::gateway {
namespace {

using test::Certificate;

std::string At(const std::string& address, const std::string& name, const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "descriptor_set": ")" + name + R"(.binpb", "address": ")" +
         address + "\"" + more + "}";
}

TEST_CASE("a back end that is down answers 503 at once, and the others feel nothing",
          "[gateway][upstream]") {
  GenericServer one, two;
  Plugged gateway(At(one.address(), "t") + "," + At(two.address(), "u"));
  gateway.WriteDescriptors("t.binpb", FishProto(R"(
  rpc Watch(Fry) returns (stream Fry) {
    option (google.api.http) = {post: "/t:watch" body: "*"};
    option (tamarack.api.v1.policy) = {access: PUBLIC};
  })"));
  gateway.WriteDescriptors("u.binpb", FishProto("", "u"));
  gateway.Start();
  REQUIRE(gateway.Status("GET", "/t/7") == 200);

  std::atomic<bool> is_over{false};
  std::atomic<int> served{0};
  auto other = std::async(std::launch::async, [&] {
    auto client = gateway.Connect();
    int failed = 0;
    for (; !is_over; ++served) failed += client.Send("GET", "/u/7").status != 200;
    return failed;
  });
  REQUIRE(Eventually([&] { return served > 20; }));
  one.Stop();
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/t/7") == 503; }));
  Answer down = gateway.Connect().Send("GET", "/t/7");
  CHECK(down.status == 503);
  CHECK(down.Header("retry-after") == "1");
  CHECK(down.Header("content-type") == "application/problem+json");
  // What surely has not left may be repeated, whatever it is.
  for (const char* target : {"/t", "/t:watch"}) {
    INFO(target);
    Answer not_made =
        gateway.Connect().Send("POST", target, "Content-Type: application/json\r\n", "{}");
    CHECK(not_made.status == 503);
    CHECK(Show(not_made.Json().if_contains("type")).ends_with("/problems/unavailable"));
    CHECK(not_made.Header("retry-after") == "1");
  }
  int before = served;
  REQUIRE(Eventually([&] { return served > before + 20; }));
  is_over = true;
  CHECK(other.get() == 0);
}

TEST_CASE("calls go round the addresses of a back end, past one that is down",
          "[gateway][upstream]") {
  GenericServer one, two;
  Plugged gateway(At("ipv4:" + one.address() + "," + two.address(), "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  auto client = gateway.Connect();
  REQUIRE(Eventually([&] {
    CHECK(client.Send("GET", "/t/7").status == 200);
    return one.Calls("/t.Fish/Get") > 0 && two.Calls("/t.Fish/Get") > 0;
  }));
  one.Stop();
  for (int i = 0; i < 20; ++i) CHECK(client.Send("GET", "/t/7").status == 200);
}

TEST_CASE("an address that says that it does not serve is not called", "[gateway][upstream]") {
  grpc::EnableDefaultHealthCheckService(true);
  GenericServer one, two;
  grpc::EnableDefaultHealthCheckService(false);
  const std::string name = GENERATE("", "calls");
  one.server().GetHealthCheckService()->SetServingStatus(name, false);
  two.server().GetHealthCheckService()->SetServingStatus(name, true);
  Plugged gateway(At("ipv4:" + one.address() + "," + two.address(), "t",
                     R"(, "health_check": true, "health_service": ")" + name + "\""));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  auto client = gateway.Connect();
  for (int i = 0; i < 20; ++i) CHECK(client.Send("GET", "/t/7").status == 200);
  CHECK(one.Calls("/t.Fish/Get") == 0);
  one.server().GetHealthCheckService()->SetServingStatus(name, true);
  CHECK(Eventually([&] {
    client.Send("GET", "/t/7");
    return one.Calls("/t.Fish/Get") > 0;
  }));
}

TEST_CASE("only idempotent methods are tried again", "[gateway][upstream]") {
  auto [more, gets] = GENERATE(table<const char*, int>({{"", 2}, {R"(, "retries": false)", 1}}));
  GenericServer server;
  Plugged gateway(At(server.address(), "t", more));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  // The first call of each method fails.
  auto seen = std::make_shared<std::set<std::string>>();
  server.FailWith([seen](const std::string& method) {
    bool is_first = seen->insert(method).second;
    return is_first ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "overloaded") : grpc::Status::OK;
  });
  CHECK(gateway.Status("GET", "/t/7") == (gets == 2 ? 200 : 503));
  CHECK(server.Calls("/t.Fish/Get") == gets);
  Answer made = gateway.Connect().Send("POST", "/t", "Content-Type: application/json\r\n", "{}");
  CHECK(made.status == 503);
  CHECK(made.Header("retry-after") == "");
  CHECK(Show(made.Json().if_contains("type")).ends_with("/problems/outcome-unknown"));
  CHECK(server.Calls("/t.Fish/Create") == 1);
}

TEST_CASE("retries stop while most calls fail, and begin again once calls succeed",
          "[gateway][upstream]") {
  constexpr char kGet[] = "/t.Fish/Get";
  GenericServer server;
  Plugged gateway(At(server.address(), "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  std::atomic<bool> fails{true};
  server.FailWith([&fails](const std::string&) {
    return fails ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "overloaded") : grpc::Status::OK;
  });
  auto client = gateway.Connect();
  auto tries = [&] {
    int before = server.Calls(kGet);
    client.Send("GET", "/t/7");
    return server.Calls(kGet) - before;
  };
  // Ten tokens, of which each failed try takes one; none is tried again with five or fewer.
  CHECK(tries() == 3);
  CHECK(tries() == 2);
  for (int i = 0; i < 10; ++i) CHECK(tries() == 1);
  // Each success gives a tenth of a token.
  fails = false;
  for (int i = 0; i < 61; ++i) CHECK(client.Send("GET", "/t/7").status == 200);
  fails = true;
  CHECK(tries() == 2);
  CHECK(tries() == 1);
}

TEST_CASE("the caller may ask for less time than the policy gives, not for more",
          "[gateway][upstream]") {
  GenericServer server;
  Plugged gateway(At(server.address(), "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  // Whether the service was told this much time, more or less, at some moment while the request
  // ran: however long that took. gRPC rounds what it writes up, to two digits.
  auto is_given = [&](const std::string& header, std::chrono::milliseconds time) {
    auto before = std::chrono::system_clock::now();
    CHECK(gateway.Connect().Send("GET", "/t/7", header).status == 200);
    auto after = std::chrono::system_clock::now();
    auto rounding = time / 10;
    return server.LastDeadline() > before + time - std::chrono::milliseconds(10) &&
           server.LastDeadline() < after + time + rounding;
  };
  using std::chrono::milliseconds;
  CHECK(is_given("", milliseconds(10'000)));  // the policy's
  CHECK(is_given("Request-Timeout: 5\r\n", milliseconds(5000)));
  CHECK(is_given("Request-Timeout: 4.4\r\n", milliseconds(4400)));
  CHECK(is_given("Request-Timeout: 3600\r\n", milliseconds(10'000)));
  for (const char* wrong : {"0", "-1", "soon", "1e3", "1s", "1, 2", "99999999999999999999"}) {
    INFO(wrong);
    Answer answer =
        gateway.Connect().Send("GET", "/t/7", std::string("Request-Timeout: ") + wrong + "\r\n");
    CHECK(answer.status == 400);
    CHECK_THAT(answer.body, Catch::Contains("Request-Timeout"));
  }
}

TEST_CASE("a trace goes on with its vendors' state", "[gateway][upstream]") {
  GenericServer server;
  Plugged gateway(At(server.address(), "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  const std::string parent =
      "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
  auto state_with = [&](const std::string& headers) {
    CHECK(gateway.Connect().Send("GET", "/t/7", headers).status == 200);
    auto metadata = server.LastMetadata();
    auto found = metadata.find("tracestate");
    return found == metadata.end() ? "(none)" : found->second;
  };
  CHECK(state_with(parent + "tracestate: a=1,b=2\r\n") == "a=1,b=2");
  CHECK(state_with(parent + "tracestate: a=1\r\ntracestate: b=2\r\n") == "a=1, b=2");
  CHECK(state_with(parent) == "(none)");
  CHECK(state_with("tracestate: a=1\r\n") == "(none)");
  CHECK(state_with("traceparent: broken\r\ntracestate: a=1\r\n") == "(none)");
  CHECK(state_with(parent + "tracestate: " + std::string(600, 'a') + "\r\n") == "(none)");
}

TEST_CASE("a back end is reached by mutual TLS", "[gateway][upstream]") {
  Certificate authority("authority"), other("other"), server_certificate("fish", &authority),
      own("gateway", &authority);
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = authority.CertificatePem();
  options.pem_key_cert_pairs.push_back(
      {server_certificate.KeyPem(), server_certificate.CertificatePem()});
  GenericServer server(0, grpc::SslServerCredentials(options));
  auto [ca, name, has_own, status] = GENERATE(table<const char*, const char*, bool, int>({
      {"ca.pem", "fish", true, 200},
      {"ca.pem", "fish", false, 503},
      {"ca.pem", "meat", true, 503},
      {"other.pem", "fish", true, 503},
  }));
  INFO(ca << " " << name << " " << has_own);
  std::string pair = has_own ? R"(, "cert_file": "own.pem", "key_file": "own.key")" : "";
  Plugged gateway(At(server.address(), "t",
                     std::string(R"(, "tls": {"ca_file": ")") + ca + R"(", "server_name": ")" +
                         name + "\"" + pair + "}"));
  gateway.Write("ca.pem", authority.CertificatePem());
  gateway.Write("other.pem", other.CertificatePem());
  gateway.Write("own.pem", own.CertificatePem());
  gateway.Write("own.key", own.KeyPem());
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  CHECK(gateway.Status("GET", "/t/7") == status);
}

TEST_CASE("new certificates are used without restart, for both sides of a connection",
          "[gateway][upstream]") {
  Certificate before("before"), after("after");
  // The back end at one time: signed by `authority`, and knows only callers that are so too.
  auto credentials_of = [](const Certificate& authority) {
    Certificate certificate("fish", &authority);
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = authority.CertificatePem();
    options.pem_key_cert_pairs.push_back({certificate.KeyPem(), certificate.CertificatePem()});
    return grpc::SslServerCredentials(options);
  };
  auto server = std::make_unique<GenericServer>(0, credentials_of(before));
  int port = server->port();
  Plugged gateway(At(server->address(), "t",
                     R"(, "tls": {"ca_file": "ca.pem", "server_name": "fish", )"
                     R"("cert_file": "own.pem", "key_file": "own.key"})"));
  auto write_files = [&](const Certificate& authority) {
    Certificate own("gateway", &authority);
    gateway.Write("ca.pem", authority.CertificatePem());
    gateway.Write("own.key", own.KeyPem());
    gateway.Write("own.pem", own.CertificatePem());
  };
  write_files(before);
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  REQUIRE(gateway.Status("GET", "/t/7") == 200);

  server.reset();
  server = std::make_unique<GenericServer>(port, credentials_of(after));
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/t/7") == 503; }));
  write_files(after);
  CHECK(Eventually([&] { return gateway.Status("GET", "/t/7") == 200; }));
  CHECK(gateway.uses() == 0);
}

}  // namespace
}  // namespace tamarack::gateway
