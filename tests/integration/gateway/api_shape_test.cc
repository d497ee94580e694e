// An API with errors of a shape of its own has them on every path below its prefix, and whoever
// refuses: its clients read no other.
#include "fixture.h"

namespace tamarack::gateway {
namespace {

struct Wrong {
  const char* name;
  std::string method;
  std::string below;    // After the API's prefix.
  std::string headers;  // Lines that end in \r\n.
  std::string body;
  int status;
};

std::vector<Wrong> WrongRequests() {
  const std::string kJson = "Content-Type: application/json\r\n" + kWriter;
  return {
      {"nothing there", "POST", "/sms", kJson, "{}", 404},
      {"nothing below what is there", "GET", "/fail/7/refunds", kWriter, "", 404},
      {"a slash too many", "POST", "/fail/", kJson, "{}", 404},
      {"a verb that is none", "POST", "/fail:undo", kJson, "{}", 404},
      {"another method", "GET", "/fail", kWriter, "", 405},
      {"a method that nobody knows", "BREW", "/fail", kWriter, "", 405},
      {"a broken escape", "POST", "/fail/%zz", kJson, "{}", 400},
      {"a dot segment", "POST", "/x/../fail", kJson, "{}", 400},
      {"another type of body", "POST", "/fail", "Content-Type: text/plain\r\n" + kWriter, "x", 415},
      {"broken JSON", "POST", "/fail", kJson, "{", 400},
      {"an unknown member", "POST", "/fail", kJson, R"({"x":1})", 400},
      {"a body too large", "POST", "/fail", kJson, std::string((1 << 20) + 1, ' '), 413},
      {"a large body for nobody", "POST", "/sms", kJson, std::string((1 << 20) + 1, ' '), 404},
      {"header fields too large", "POST", "/fail", "X: " + std::string(20'000, 'x') + "\r\n", "",
       431},
      {"a target too long", "GET", "/" + std::string(9'000, 'x'), kWriter, "", 414},
      {"two hosts", "POST", "/fail", "Host: two\r\n", "", 400},
      {"an expectation", "POST", "/fail", "Expect: miracles\r\n", "{}", 417},
      {"what it cannot give", "POST", "/fail", "Accept: image/png\r\n" + kJson, "{}", 406},
      {"a service that is away", "POST", "/fail", kJson, R"({"code":14})", 503},
      {"a service that gave up", "POST", "/fail", kJson, R"({"code":1})", 499},
      {"a service's fault", "POST", "/fail", kJson, R"({"code":13})", 500},
  };
}

TEST_CASE_METHOD(Fixture, "what is wrong on an API's paths is told in its shape", "[gateway]") {
  for (const Wrong& wrong : WrongRequests()) {
    INFO(wrong.name);
    auto ask = [&](const std::string& prefix) {
      Answer answer = Send(wrong.method, prefix + wrong.below, wrong.headers, wrong.body);
      INFO(answer.head << answer.body);
      CHECK(answer.status == wrong.status);
      return answer;
    };
    auto notify = ask("/status-code").Json();
    CHECK(Show(notify.if_contains("status_code")) == std::to_string(wrong.status));
    auto first = notify.at("errors").at(0).as_object();
    CHECK_FALSE(Show(first.if_contains("error")).empty());
    CHECK(first.at("message").is_string());

    auto pay = ask("/code").Json();
    CHECK(pay.at("code").is_string());
    CHECK(pay.at("description").is_string());

    auto oauth = ask("/oauth").Json();
    CHECK(oauth.size() == 2);
    CHECK(oauth.at("error").is_string());
    CHECK(oauth.at("error_description").is_string());
  }
}

TEST_CASE_METHOD(Fixture, "an API without a shape of its own has problem details", "[gateway]") {
  for (const char* path : {"/toy/v1/unknown", "/unknown", "/"}) {
    auto problem = Get(path).Json();
    CHECK(Show(problem.if_contains("type")) == std::string(kOrigin) + "/problems/not-found");
    CHECK_FALSE(problem.contains("status_code"));
    CHECK_FALSE(problem.contains("code"));
  }
}

TEST_CASE_METHOD(Fixture, "a failure that may have had its effect invites to nothing",
                 "[gateway]") {
  auto [code, status, slug] = GENERATE(table<int, int, const char*>({
      {1, 499, "cancelled"},
      {4, 504, "deadline-exceeded"},
      {13, 500, "internal"},
      {14, 503, "outcome-unknown"},
  }));
  Answer answer = PostJson("/toy/v1/fail", R"({"code":)" + std::to_string(code) + "}");
  CHECK(answer.status == status);
  CHECK(answer.Header("retry-after").empty());
  CHECK(Show(answer.Json().if_contains("type")).ends_with(slug));
  CHECK(Show(answer.Json().if_contains("detail")).find("ry again") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a service's errors keep their meaning in every shape", "[gateway]") {
  Answer plain = PostJson("/toy/v1/fail", R"({"code":3,"message":"is taken","field":"kite.name"})");
  CHECK(plain.status == 400);
  CHECK(Show(plain.Json().at("errors").at(0).as_object().if_contains("pointer")) == "/kite/name");

  Answer notify =
      PostJson("/status-code/fail", R"({"code":3,"message":"is taken","field":"name"})", kWriter);
  CHECK(notify.status == 400);
  CHECK(Show(notify.Json().if_contains("status_code")) == "400");
  CHECK(Show(notify.Json().at("errors").at(0).as_object().if_contains("error")) ==
        "ValidationError");
  CHECK(Show(notify.Json().at("errors").at(0).as_object().if_contains("message")) ==
        "name: is taken");
  Answer denied = PostJson("/status-code/fail", "{}", "Authorization: Bearer nobody\r\n");
  CHECK(denied.status == 401);
  CHECK(Show(denied.Json().at("errors").at(0).as_object().if_contains("error")) == "AuthError");
  CHECK(Show(denied.Json().at("errors").at(0).as_object().if_contains("message")) ==
        "The key is not known.");
  CHECK(Show(denied.Json().if_contains("hint")) == "check it");

  Answer pay = PostJson("/code/fail", "{");
  CHECK(Show(pay.Json().if_contains("code")) == "P0197");
  Answer field = PostJson("/code/fail", R"({"code":"x"})");
  CHECK(Show(field.Json().if_contains("code")) == "P0102");
  CHECK(Show(field.Json().if_contains("field")) == "code");
  Answer own =
      PostJson("/code/fail",
               R"({"code":9,"message":"No.","http_status":422,"members":{"code":"P9","n":7}})");
  CHECK(own.status == 422);
  CHECK(Show(own.Json().if_contains("code")) == "P9");
  CHECK(Show(own.Json().if_contains("n")) == "7");

  Answer oauth = PostForm("/oauth/fail", "code=3&message=No.");
  CHECK(oauth.status == 400);
  CHECK(oauth.Header("content-type") == "application/json");
  CHECK(oauth.body == R"({"error":"invalid_request","error_description":"No."})");
}

TEST_CASE_METHOD(Fixture, "errors speak the caller's language", "[gateway]") {
  Answer french = PostJson("/toy/v1/echo", R"({"x":1})", "Accept-Language: fr-CA\r\n");
  CHECK(french.Header("content-language") == "fr");
  CHECK(Show(french.Json().if_contains("title")) == "Requête invalide");
  CHECK(Show(french.Json().if_contains("detail")) ==
        "Ce champ n’existe pas. Vérifiez son orthographe.");
}

}  // namespace
}  // namespace tamarack::gateway
