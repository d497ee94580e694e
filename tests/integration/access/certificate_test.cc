// Goal: a token that is bound to a client certificate works over that client's own TLS connections
// and over no others. Method: the gateway's HTTPS server in front of the real identity, clients
// with certificates of an authority that the server knows.
#include "platform/http/server.h"
#include "tests/integration/access/gateway_world.h"
#include "tests/integration/platform/tls_client.h"

#include <absl/strings/str_cat.h>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <filesystem>

namespace tamarack::access {
namespace {

struct CertificateWorld : GatewayWorld {
  test::Certificate authority{"authority"};
  test::Certificate server_certificate{"services.test", &authority};
  test::Certificate mine{"client", &authority};
  test::Certificate theirs{"another client", &authority};
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("certificate-test-" + std::to_string(::getpid()));
  std::unique_ptr<gateway::Gateway> to_identity = MakeGateway({{"identity", address}});
  std::unique_ptr<http::Server> server = MakeServer();

  ~CertificateWorld() {
    server->Drain(std::chrono::seconds(1));
    host.Stop();
    std::filesystem::remove_all(folder);
  }

  std::unique_ptr<http::Server> MakeServer() {
    std::filesystem::create_directories(folder);
    test::Replace(folder / "tls.crt", server_certificate.CertificatePem());
    test::Replace(folder / "tls.key", server_certificate.KeyPem());
    test::Replace(folder / "ca.crt", authority.CertificatePem());
    http::ServerOptions options;
    options.tls.certificate_file = folder / "tls.crt";
    options.tls.key_file = folder / "tls.key";
    options.tls.client_ca_file = folder / "ca.crt";
    return std::make_unique<http::Server>(host.executor(), options, [this](http::Request request) {
      return to_identity->Handle(std::move(request));
    });
  }

  // The body of the answer to one request over a connection with that certificate, or none.
  std::string Ask(const test::Certificate* certificate, const std::string& line,
                  const std::string& headers, const std::string& body = "") {
    test::TlsClient::Options options;
    options.certificate = certificate;
    test::TlsClient client(server->port(), options);
    REQUIRE(client.is_connected());
    return client.Ask(absl::StrCat(line, " HTTP/1.1\r\nHost: services.test\r\n", headers,
                                   "Content-Length: ", body.size(), "\r\n\r\n", body));
  }
  bool IsThrough(const test::Certificate* certificate, const std::string& token,
                 const std::string& headers = "") {
    (void)stand_in.Take();
    (void)Ask(certificate, "GET /v1/subscriptions",
              "Authorization: Bearer " + token + "\r\n" + headers);
    return stand_in.Take().has_value();
  }
};

TEST_CASE_METHOD(CertificateWorld, "A token bound to a certificate works over its connections only",
                 "[access]") {
  identity::v1::CreateClientRequest request;
  request.set_service_id(NewService().service_id());
  request.add_scopes("tellusonce.subscriber");
  request.set_tls_client_certificate_bound_access_tokens(true);
  auto client =
      Call<identity::v1::CreateClientResponse>("AdminService/CreateClient", request, admin_token());
  REQUIRE(client.ok());
  auto ask_for_token = [&](const test::Certificate* certificate) {
    return boost::json::parse(Ask(certificate, "POST /oauth2/token",
                                  "Content-Type: application/x-www-form-urlencoded\r\n",
                                  absl::StrCat("grant_type=client_credentials&client_id=",
                                               client->client().client_id(),
                                               "&client_secret=", client->client_secret())))
        .as_object();
  };
  CHECK(ask_for_token(nullptr).at("error") == "invalid_request");
  std::string token(ask_for_token(&mine).at("access_token").as_string());
  CHECK(IsThrough(&mine, token));
  CHECK(!IsThrough(&theirs, token));
  CHECK(!IsThrough(nullptr, token));
  std::string thumbprint = ClientPrincipal(token)->confirmation.x5t_s256;
  CHECK(thumbprint.size() == 43);
  CHECK(!IsThrough(nullptr, token, "Client-Certificate-Sha256: " + thumbprint + "\r\n"));
  CHECK(IsThrough(&mine, token));  // whatever was answered to the others
}

}  // namespace
}  // namespace tamarack::access
