// Goal: nobody gets through to a method whose policy does not let them, whatever they present.
// Method: every binding of every method of every descriptor set × every kind of credential, the
// outcome compared with a model of the policy that is written down here and nowhere else.
#include "tests/integration/access/credentials.h"
#include "tests/support/captured_stderr.h"

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <catch2/catch.hpp>

#include <algorithm>

namespace tamarack::access {
namespace {

using api::v1::MethodPolicy;

constexpr int kThrough = 0;  // Reached the back end.

std::string Today() {
  return absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone());
}

// The status with which the caller is refused, or that it gets through.
int Expected(const Probe& probe, const Credential& credential) {
  if (probe.has_no_route) return 404;
  if (!probe.sunset.empty() && probe.sunset <= Today()) return 410;
  const MethodPolicy& policy = probe.policy;
  bool is_form_needed =
      !probe.is_safe() && (policy.page() || policy.access() == MethodPolicy::SESSION);
  bool is_form_missing = is_form_needed && !credential.is_own_form;
  switch (policy.access()) {
    case MethodPolicy::PUBLIC:
      if (!policy.pass_headers().empty() && !credential.is_ascii) return 400;
      return is_form_missing ? 403 : kThrough;
    case MethodPolicy::SESSION:
      // A plug-in is sent no session, whatever its proto asks for.
      if (!credential.is_session || probe.is_plugin) return policy.page() ? 303 : 401;
      return is_form_missing ? 403 : kThrough;
    case MethodPolicy::TOKEN: {
      bool is_at_notify = probe.backend == "notify";
      if (credential.is_for_notify && !is_at_notify) return 401;
      if (!credential.is_token) return credential.is_for_notify ? 403 : credential.refusal;
      bool has_scope = std::any_of(policy.scopes().begin(), policy.scopes().end(),
                                   [&](auto& scope) { return credential.scopes.contains(scope); });
      return policy.scopes().empty() || has_scope ? kThrough : 403;
    }
    default:
      return 404;
  }
}

// What went wrong with one pair; empty when nothing did.
std::string Compare(GatewayWorld& world, const Probe& probe, const Credential& credential) {
  (void)world.stand_in.Take();
  http::Headers headers = credential.headers;
  if (credential.once) {
    for (const auto& [name, value] : credential.once(probe)) headers.Add(name, value);
  }
  http::Response answer =
      world.Send(probe, headers, credential.query, credential.certificate_sha256);
  auto call = world.stand_in.Take();
  int expected = Expected(probe, credential);
  // A parameter that the method does not know is refused, after whoever sent it was let in and
  // before it is asked which page it comes from.
  bool is_let_in = expected == kThrough || (expected == 403 && probe.policy.page());
  bool is_unknown_parameter = !credential.query.empty() && answer.status == 400 && !call;
  if (is_let_in && is_unknown_parameter) return {};
  // So is a body without what a plug-in's fields need, which the gateway checks for it.
  bool is_body_refused = probe.is_plugin && answer.status == 400 && !call &&
                         answer.body.find(": required") != std::string::npos;
  if (expected == kThrough && is_body_refused) return {};
  std::string path = "/" + probe.method;
  path[path.rfind('.')] = '/';
  bool is_through = call && call->path == path;
  bool is_as_expected = expected == kThrough ? is_through
                        : expected == 404 ? !call && (answer.status == 404 || answer.status == 405)
                                          : !call && answer.status == expected;
  if (is_as_expected) return {};
  return probe.http_method + " " + probe.target + " (" + probe.method + ") with " +
         credential.name + ": want " +
         (expected == kThrough ? "through" : std::to_string(expected)) + ", got " +
         (call ? "through to " + call->path : std::to_string(answer.status)) + " " +
         answer.body.substr(0, 200);
}

TEST_CASE_METHOD(GatewayWorld, "Every method lets in exactly whom its policy names", "[access]") {
  CredentialMaker maker(*this);  // Proofs are made by it, one for each request.
  std::vector<Credential> credentials = maker.All();
  REQUIRE(probes.size() > 80);
  REQUIRE(credentials.size() > 60);
  size_t through = 0, refused = 0;
  for (const Credential& credential : credentials) {
    for (const Probe& probe : probes) {
      std::string fault = Compare(*this, probe, credential);
      if (!fault.empty()) FAIL_CHECK(fault);
      ++(Expected(probe, credential) == kThrough ? through : refused);
    }
  }
  // A model that let everybody or nobody in would agree with a gateway that does.
  CHECK(through > 1000);
  CHECK(refused > 1000);
}

TEST_CASE_METHOD(GatewayWorld, "Headers of the platform's own do not pass from outside",
                 "[access]") {
  http::Headers headers;
  for (const char* name : {"X-Tamarack-Language", "X-Tamarack-Client-Ip", "X-Tamarack-Csrf-Token",
                           "X-Tamarack-Idempotency-Key", "X-Tamarack-Header-Authorization",
                           "X-Tamarack-Header-Dpop", "X-Tamarack-Cookie-__host-Tamarack-Session",
                           "X-Request-Id", "Grpc-Timeout", "Grpc-Metadata-Authorization"}) {
    headers.Add(name, "forged");
  }
  size_t seen = 0;
  for (const Probe& probe : probes) {
    if (probe.policy.access() != MethodPolicy::PUBLIC) continue;
    (void)stand_in.Take();
    (void)Send(probe, headers);
    auto call = stand_in.Take();
    if (!call) continue;
    ++seen;
    CAPTURE(probe.method);
    CHECK(!call->metadata.contains("authorization"));
    for (const auto& [name, value] : call->metadata) {
      CAPTURE(name);
      CHECK(value.find("forged") == std::string::npos);
    }
  }
  CHECK(seen > 10);
}

TEST_CASE_METHOD(GatewayWorld, "A header too large to be passed on is refused as that",
                 "[access]") {
  auto token = std::find_if(probes.begin(), probes.end(),
                            [](const Probe& probe) { return probe.target == "/oauth2/token"; });
  REQUIRE(token != probes.end());
  http::Headers headers{{"Authorization", "Basic " + std::string(9000, 'A')}};
  CHECK(Send(*token, headers).status == 431);
  CHECK(!stand_in.Take());
}

TEST_CASE_METHOD(GatewayWorld,
                 "The caller's certificate goes to the token endpoint, a claim of one does not",
                 "[access]") {
  auto token = std::find_if(probes.begin(), probes.end(),
                            [](const Probe& probe) { return probe.target == "/oauth2/token"; });
  REQUIRE(token != probes.end());
  constexpr char kName[] = "x-tamarack-header-client-certificate-sha256";
  http::Headers claimed{{"Client-Certificate-Sha256", "forged"}, {kName, "forged"}};
  (void)Send(*token, claimed);
  auto call = stand_in.Take();
  REQUIRE(call);
  CHECK(call->metadata.count(kName) == 0);
  (void)Send(*token, claimed, "", std::string(32, 'm'));
  call = stand_in.Take();
  REQUIRE(call);
  CHECK(call->metadata.at(kName) == crypto::Base64UrlEncode(std::string(32, 'm')));
}

TEST_CASE_METHOD(GatewayWorld, "A 401 names the schemes and what was wrong", "[access]") {
  auto method = std::find_if(probes.begin(), probes.end(), [](const Probe& probe) {
    return probe.policy.access() == MethodPolicy::TOKEN && !probe.policy.scopes().empty() &&
           probe.sunset.empty();
  });
  auto challenge = [&](const http::Headers& headers) {
    http::Response answer = Send(*method, headers);
    CHECK(answer.status == 401);
    return std::string(answer.headers.Get("www-authenticate").value_or(""));
  };
  const std::string algs = R"(DPoP algs="ES256 Ed25519 EdDSA RS256")";
  CHECK(challenge({}) == "Bearer, " + algs);
  CHECK(challenge({{"Authorization", "Bearer x"}}) == R"(Bearer error="invalid_token", )" + algs);
  CHECK(challenge({{"Authorization", "DPoP x"}}) ==
        R"(DPoP error="invalid_token", algs="ES256 Ed25519 EdDSA RS256")");
  http::Response forbidden = Send(*method, CredentialMaker(*this).ForNothing().headers);
  CHECK(forbidden.status == 403);
  CHECK(forbidden.headers.Get("www-authenticate")
            ->starts_with(R"(Bearer error="insufficient_scope", scope=")" +
                          method->policy.scopes(0)));
}

TEST_CASE_METHOD(GatewayWorld, "No credential is written to a log, not even one in a URL",
                 "[access]") {
  CredentialMaker maker(*this);  // Proofs are made by it, one for each request.
  std::vector<Credential> credentials = maker.All();
  std::string log;
  {
    testing::CapturedStderr captured;
    for (const Credential& credential : credentials) {
      for (auto access : {MethodPolicy::TOKEN, MethodPolicy::SESSION, MethodPolicy::PUBLIC}) {
        auto probe = std::find_if(probes.begin(), probes.end(), [&](const Probe& candidate) {
          return candidate.policy.access() == access && candidate.sunset.empty();
        });
        (void)Compare(*this, *probe, credential);
      }
    }
    log = captured.Text();
  }
  CHECK(std::count(log.begin(), log.end(), '\n') >= static_cast<long>(3 * credentials.size()));
  for (const Credential& credential : credentials) {
    CAPTURE(credential.name);
    std::vector<std::string> texts{credential.query.substr(credential.query.find('=') + 1)};
    for (const auto& [name, value] : credential.headers)
      texts.push_back(value.substr(value.find_first_of(" =") + 1));
    for (const std::string& text : texts) {
      if (text.size() < 20) continue;
      CHECK(log.find(text.substr(0, 40)) == std::string::npos);
    }
  }
}

TEST_CASE("A link to a page may carry the parameters of whoever shared it", "[access]") {
  for (const Probe& probe : ReadProbes(ReadDescriptorSets())) {
    bool is_ours = probe.method.starts_with("tamarack.");
    if (!is_ours || !probe.policy.page() || probe.http_method != "GET") continue;
    CAPTURE(probe.method);
    const auto& ignored = probe.policy.ignore_query();
    CHECK(std::find(ignored.begin(), ignored.end(), "*") != ignored.end());
  }
}

TEST_CASE_METHOD(GatewayWorld, "A refusal does not repeat the credential", "[access]") {
  CredentialMaker maker(*this);
  for (const Credential& credential : maker.All()) {
    auto sent = credential.headers.Get("authorization").value_or("");
    if (credential.is_token || !sent.starts_with("Bearer ") || sent.size() < 30) continue;
    for (const Probe& probe : probes) {
      if (probe.policy.access() != MethodPolicy::TOKEN) continue;
      http::Response answer = Send(probe, credential.headers);
      CAPTURE(probe.method, credential.name);
      CHECK(answer.body.find(sent.substr(7)) == std::string::npos);
      for (const auto& header : answer.headers)
        CHECK(header.second.find(sent.substr(7)) == std::string::npos);
      break;
    }
  }
}

}  // namespace
}  // namespace tamarack::access
