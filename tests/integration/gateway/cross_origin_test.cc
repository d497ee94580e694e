// What scripts of other web sites may ask and read.
#include "fixture.h"

#include <set>
#include <sstream>

namespace tamarack::gateway {
namespace {

// A page token that comes back, so that the answer is large.
const std::string kLarge = "/toy/v1/kites?page_token=" + std::string(2000, 'x');
const std::string kScript = "Origin: https://app.example\r\n";

// Names of an answer's headers, in lower case.
std::set<std::string> NamesIn(const std::string& list, char separator) {
  std::set<std::string> names;
  std::istringstream text(list);
  for (std::string line; std::getline(text, line, separator);) {
    std::string name(absl::StripAsciiWhitespace(line.substr(0, line.find(':'))));
    if (!name.empty() && name.find(' ') == std::string::npos)
      names.insert(absl::AsciiStrToLower(name));
  }
  return names;
}

TEST_CASE_METHOD(Fixture, "scripts may read every header that says something to them",
                 "[gateway]") {
  // For the browser itself, or readable without being named (the Fetch standard).
  const std::set<std::string> others = {"access-control-allow-origin",
                                        "access-control-expose-headers",
                                        "cache-control",
                                        "connection",
                                        "content-encoding",
                                        "content-language",
                                        "content-length",
                                        "content-security-policy",
                                        "content-type",
                                        "cross-origin-resource-policy",
                                        "date",
                                        "referrer-policy",
                                        "transfer-encoding",
                                        "vary",
                                        "x-content-type-options",
                                        "x-frame-options"};
  const std::string repeated = kScript + kWriter + "Idempotency-Key: k\r\n";
  std::vector<Answer> answers = {
      Get("/toy/v1/kites/7", kScript),
      Get(kLarge, kScript + "Accept-Encoding: br\r\n"),
      Get("/toy/v1/inspect", kScript),
      Get("/toy/v1/kites/404", kScript),
      PostJson("/toy/v1/kites", R"({"note":"a"})", repeated),
      PostJson("/toy/v1/echo", "{}", kScript + "Content-Encoding: gzip\r\n"),
      Get("/toy/v1/kites:watch?count=1", kScript)};
  std::set<std::string> exposed = NamesIn(answers[0].Header("access-control-expose-headers"), ',');
  std::set<std::string> sent;
  for (const Answer& answer : answers) sent.merge(NamesIn(answer.head, '\n'));
  // What these answers do not show, the API description names.
  auto description = Get("/openapi.json").Json();
  for (const auto& header : description.at("components").at("headers").as_object())
    sent.insert(absl::AsciiStrToLower(std::string(header.key())));
  REQUIRE(sent.contains("idempotent-replayed"));
  REQUIRE(sent.contains("accept-encoding"));
  for (const std::string& name : sent) {
    INFO(name);
    CHECK(exposed.contains(name) != others.contains(name));
  }
}

TEST_CASE_METHOD(Fixture, "scripts of the sites that are named may read answers", "[gateway]") {
  Answer answer = Get("/toy/v1/kites/7", kScript);
  CHECK(answer.Header("access-control-allow-origin") == "https://app.example");
  CHECK_THAT(answer.Header("access-control-expose-headers"), Catch::Contains("ETag"));
  CHECK(answer.Header("access-control-allow-credentials") == "");
  CHECK(answer.Header("vary") == "Origin");
  CHECK(Get("/toy/v1/kites/404", kScript).Header("access-control-allow-origin") ==
        "https://app.example");
  CHECK(Get("/toy/v1/inspect", kScript).status == 401);
  CHECK(Get("/toy/v1/inspect", kScript).Header("access-control-allow-origin") ==
        "https://app.example");

  // So that they can read what was wrong: a path without a route, a method that it lacks, a body
  // over the limit, a target that is none.
  for (const Answer& error :
       {Get("/toy/v1/unknown", kScript), Send("DELETE", "/toy/v1/inspect", kScript),
        Send("POST", "/toy/v1/kites", kScript + "Content-Length: 99999999\r\n"),
        Get("/toy/v1/kites/%zz", kScript)}) {
    INFO(error.status);
    CHECK(error.status >= 400);
    CHECK(error.Header("access-control-allow-origin") == "https://app.example");
    CHECK_THAT(error.head, Catch::Contains("Vary: Origin"));
  }
  CHECK(Get("/toy/v1/unknown", "Origin: https://evil.example\r\n")
            .Header("access-control-allow-origin") == "");

  for (const char* origin :
       {"https://evil.example", "https://app.example.evil.example", "null", "http://app.example",
        "https://app.example:444", "https://APP.example"}) {
    Answer other = Get("/toy/v1/kites/7", std::string("Origin: ") + origin + "\r\n");
    CHECK(other.status == 200);
    CHECK(other.Header("access-control-allow-origin") == "");
    CHECK(other.Header("vary") == "Origin");  // no cache may give this answer to the site
  }
  for (const char* target : {"/en/toy", "/toy/v1/me"}) {
    CHECK(Get(target, kScript + "Cookie: __Host-tamarack-session=person\r\n")
              .Header("access-control-allow-origin") == "");
  }
}

TEST_CASE_METHOD(Fixture, "a browser's preliminary question is answered from the routes",
                 "[gateway]") {
  auto ask = [&](const std::string& target, const std::string& method, const std::string& origin) {
    return Send("OPTIONS", target,
                "Origin: " + origin + "\r\nAccess-Control-Request-Method: " + method +
                    "\r\nAccess-Control-Request-Headers: authorization\r\n");
  };
  Answer allowed = ask("/toy/v1/kites", "POST", "https://app.example");
  CHECK(allowed.status == 204);
  CHECK(allowed.Header("access-control-allow-origin") == "https://app.example");
  CHECK(allowed.Header("access-control-allow-methods") == "GET, HEAD, OPTIONS, POST");
  CHECK_THAT(allowed.Header("access-control-allow-headers"), Catch::Contains("Authorization"));
  CHECK(allowed.Header("access-control-max-age") == "7200");
  CHECK_THAT(allowed.Header("vary"), Catch::Contains("Origin"));
  CHECK(allowed.Header("access-control-allow-credentials") == "");

  for (const Answer& refused : {ask("/toy/v1/kites", "POST", "https://evil.example"),
                                ask("/toy/v1/kites", "DELETE", "https://app.example"),
                                ask("/en/toy", "POST", "https://app.example"),
                                ask("/toy/v1/me", "GET", "https://app.example")}) {
    CHECK(refused.status == 204);
    CHECK(refused.Header("access-control-allow-origin") == "");
    CHECK(refused.Header("access-control-allow-methods") == "");
  }
  CHECK(ask("/nowhere", "GET", "https://app.example").status == 404);
}

}  // namespace
}  // namespace tamarack::gateway
