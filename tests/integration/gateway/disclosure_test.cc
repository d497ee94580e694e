// Whatever goes wrong, the answer is a problem in the caller's language that says nothing of what
// is inside: each way to fail is provoked once in each language, and every byte of the answer is
// looked at.
#include "fixture.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

namespace tamarack::gateway {
namespace {

const std::string kJson = "Content-Type: application/json\r\n";

// A request of which `{language}` is to be replaced by header lines, and the status it gets.
struct Provocation {
  std::string request;
  int status;
};

std::string Request(const std::string& line, const std::string& headers = "",
                    const std::string& body = "") {
  return absl::StrCat(line, " HTTP/1.1\r\nHost: localhost\r\n{language}", headers,
                      body.empty() ? "" : absl::StrCat("Content-Length: ", body.size(), "\r\n"),
                      "\r\n", body);
}

std::string Post(const std::string& target, const std::string& body) {
  return Request("POST " + target, kJson, body);
}

// A service that fails with this code, the way our own and gRPC's faults read.
std::string Fault(int code) {
  return Post(
      "/toy/v1/fail",
      absl::StrCat(R"({"message":"grpc: failed at kite.cc:12, 10.1.2.3:5432","code":)", code, "}"));
}

std::vector<Provocation> Provocations() {
  return {
      // Found by the HTTP server.
      {Request("GET /toy/v1/kites", "Host: other\r\n"), 400},
      {Request("POST /toy/v1/kites", kWriter + "Content-Length: 99999\r\n"), 413},
      {Request("GET /" + std::string(9000, 'a')), 414},
      {Request("POST /toy/v1/echo", "Expect: 200-ok\r\n" + kJson, "{}"), 417},
      {Request("GET /toy/v1/kites", "X-Filler: " + std::string(20'000, 'a') + "\r\n"), 431},
      {"nonsense\r\n\r\n", 400},
      // Before and at routing.
      {Request("GET /toy/../kites"), 400},
      {Request("GET /toy/%zz"), 400},
      {Request("GET /toy/%00"), 400},
      {Request("GET /nowhere"), 404},
      {Request("GET /toy/v1/backstage"), 404},
      {Request("GET /toy/v1/forgotten"), 404},
      {Request("PUT /toy/v1/kites"), 405},
      {Request("BREW /toy/v1/kites"), 405},
      {Request("GET /toy/v1/kites", "Accept: text/html\r\n"), 406},
      {Request("GET /toy/v0/weights"), 410},
      // Who asks.
      {Request("GET /toy/v1/inspect"), 401},
      {Request("GET /toy/v1/inspect", "Authorization: Bearer forged\r\n"), 401},
      {Request("GET /toy/v1/inspect", "Authorization: Bearer broken\r\n"), 503},
      {Request("GET /toy/v1/inspect", "Authorization: Bearer stranger\r\n"), 503},
      {Request("DELETE /toy/v1/kites/7", kWriter), 403},
      {Request("GET /toy/v1/me"), 401},
      // What is asked.
      {Request("GET /toy/v1/kites?page_size=x"), 400},
      {Request("GET /toy/v1/kites?nothing=1"), 400},
      {Request("GET /toy/v1/kites?filter=1"), 400},
      {Request("GET /toy/v1/kites?page_size=1&page_size=2"), 400},
      {Request("GET /toy/v1/kites/7?name=kites/8"), 400},
      {Post("/toy/v1/echo", "{"), 400},
      {Post("/toy/v1/echo", R"({"nothing":1})"), 400},
      {Post("/toy/v1/echo", R"({"int32_value":"x"})"), 400},
      {Post("/toy/v1/echo", R"({"inner":7})"), 400},
      {Post("/toy/v1/echo", R"({"colour":"MAUVE"})"), 400},
      {Post("/toy/v1/echo", R"({"timestamp":"yesterday"})"), 400},
      {Post("/toy/v1/echo", R"({"choice_text":"a","choice_number":1})"), 400},
      {Post("/toy/v1/echo", std::string(100, '[')), 400},
      {Request("POST /toy/v1/echo", "Content-Type: text/plain\r\n", "x"), 415},
      {Request("POST /toy/v1/kites/7:land", kWriter + kJson, "{}"), 400},
      {Request("POST /en/toy", "Content-Type: application/x-www-form-urlencoded\r\n", "name=x"),
       403},
      // What the service says.
      {Fault(2), 500},
      {Fault(4), 504},
      {Fault(8), 429},
      {Fault(12), 501},
      {Fault(13), 500},
      {Fault(14), 503},
      {Fault(15), 500},
      {Fault(1), 499},
      {Post("/toy/v1/fail", R"({"hang":true})"), 504},
      {Request("GET /toy/v0/kites"), 501},  // No such method behind the gateway.
      {Request("GET /toy/v1/kites/404"), 404},
  };
}

// What only somebody inside would know.
constexpr const char* kInside[] = {"grpc",
                                   "rpc",
                                   "proto",
                                   "google",
                                   "toy.v1",
                                   "kiteservice",
                                   "statuscodeservice",
                                   ".cc",
                                   "asio",
                                   "beast",
                                   "boost",
                                   "std::",
                                   "absl",
                                   "exception",
                                   "stack",
                                   "10.1.2.3",
                                   "10.9.8.7",
                                   "127.0.0.1",
                                   "database",
                                   "5432",
                                   "unimplemented",
                                   "deadline_",
                                   "unauthenticated_",
                                   "tamarack.api"};

TEST_CASE_METHOD(Fixture, "every error is a problem in the caller's language, and tells nothing",
                 "[gateway]") {
  std::set<std::string> titles_seen;
  for (const Provocation& one : Provocations()) {
    std::string titles[2];
    for (bool is_french : {false, true}) {
      std::string language = is_french ? "Accept-Language: fr-CA\r\n" : "Accept-Language: en\r\n";
      Answer answer = Raw(
          absl::StrReplaceAll(one.request, {{"{language}", language + "Connection: close\r\n"}}));
      INFO(one.request.substr(0, 200) << "\n" << answer.head << answer.body);
      REQUIRE(answer.status == one.status);
      REQUIRE(answer.Header("content-type") == "application/problem+json");
      CHECK_FALSE(answer.Header("x-request-id").empty());
      boost::json::object body = answer.Json();
      CHECK(Show(body.if_contains("status")) == std::to_string(one.status));
      CHECK(Show(body.if_contains("trace_id")).size() == 32);
      CHECK(Show(body.if_contains("instance")) == "urn:uuid:" + answer.Header("x-request-id"));
      CHECK_FALSE(Show(body.if_contains("detail")).empty());
      titles[is_french] = Show(body.if_contains("title"));
      // The language may come behind what was refused already; a page's path says its own.
      bool is_negotiated = one.status != 414 && !one.request.starts_with("nonsense") &&
                           one.request.find(" /en/") == std::string::npos;
      if (is_negotiated) CHECK(answer.Header("content-language") == (is_french ? "fr" : "en"));
      if (is_negotiated) CHECK((is_french ? titles[0] != titles[1] : true));
      CHECK(answer.Header("vary").find("Accept-Language") != std::string::npos);
      std::string type = Show(body.if_contains("type"));
      REQUIRE(type.starts_with(std::string(kOrigin) + "/problems/"));
      if (titles_seen.insert(type).second)
        CHECK(Get(type.substr(sizeof(kOrigin) - 1)).status == 200);
      // Without its ids, whose random digits may read like anything.
      std::string told = absl::AsciiStrToLower(absl::StrReplaceAll(
          answer.head + answer.body,
          {{answer.Header("x-request-id"), ""}, {Show(body.if_contains("trace_id")), ""}}));
      for (const char* word : kInside) {
        INFO(word);
        CHECK(told.find(word) == std::string::npos);
      }
    }
  }
  CHECK(titles_seen.size() >= 16);
}

}  // namespace
}  // namespace tamarack::gateway
