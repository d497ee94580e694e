// What the gateway answers of its own accord, without a service: files, documents, the way home.
#include "fixture.h"

namespace tamarack::gateway {
namespace {

const std::string kBrowser = "Accept: text/html,*/*;q=0.8\r\n";

TEST_CASE_METHOD(Fixture, "who typed the host alone is led home, in the language asked for",
                 "[gateway]") {
  auto [target, headers, home] = GENERATE(table<std::string, std::string, std::string>({
      {"/", "", "/en/account"},
      {"/", "Accept-Language: fr-CA,en;q=0.5\r\n", "/fr/account"},
      {"/en/", "Accept-Language: fr\r\n", "/en/account"},
      {"/fr/", "", "/fr/account"},
  }));
  INFO(target << " " << headers);
  Answer answer = Get(target, kBrowser + headers);
  CHECK(answer.status == 303);
  CHECK(answer.Header("location") == home);
  CHECK(answer.Header("vary") == "Accept, Accept-Language");
}

TEST_CASE_METHOD(Fixture, "nobody else is led home", "[gateway]") {
  CHECK(Get("/").status == 404);
  CHECK(Get("/", "Accept: application/json\r\n").status == 404);
  CHECK(PostForm("/", "a=b", kBrowser).status == 404);
  CHECK(Get("/en", kBrowser).status == 404);
  CHECK(Get("/de/", kBrowser).status == 404);
  CHECK(Get("//", kBrowser).status != 303);
}

TEST_CASE_METHOD(Fixture, "the gateway's own files and documents are only read", "[gateway]") {
  auto path = GENERATE(as<std::string>(), "/assets/site.css", "/openapi.json");
  INFO(path);
  CHECK(Get(path).status == 200);
  CHECK(Send("HEAD", path).status == 200);
  Answer options = Send("OPTIONS", path);
  CHECK(options.status == 204);
  CHECK(options.Header("allow") == "GET, HEAD, OPTIONS");
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    INFO(method);
    Answer answer = Send(method, path, "Content-Type: application/json\r\n", "{}");
    CHECK(answer.status == 405);
    CHECK(answer.Header("allow") == "GET, HEAD, OPTIONS");
  }
}

TEST_CASE_METHOD(Fixture, "a form whose session ended leads back to the page that it was on",
                 "[gateway]") {
  const std::string same_origin =
      "Origin: " + std::string(kOrigin) + "\r\nSec-Fetch-Site: same-origin\r\n";
  auto [referer, return_to] = GENERATE(table<std::string, std::string>({
      {"", "?return_to=/en/toy/account"},
      {"/en/toy?a=b", "?return_to=/en/toy%3Fa%3Db"},
      {"/toy/v1/me", "?return_to=/en/toy/account"},  // no page
      {"//evil.example/en/toy", "?return_to=/en/toy/account"},
  }));
  INFO(referer);
  std::string headers = same_origin;
  if (!referer.empty()) headers += "Referer: " + std::string(kOrigin) + referer + "\r\n";
  Answer answer = PostForm("/en/toy/account", "name=x", headers);
  CHECK(answer.status == 303);
  CHECK(answer.Header("location") == "/en/sign-in" + return_to);
  // What leads elsewhere is not believed.
  Answer foreign = PostForm("/en/toy/account", "name=x",
                            same_origin + "Referer: https://evil.example/en/toy\r\n");
  CHECK(foreign.Header("location") == "/en/sign-in?return_to=/en/toy/account");
}

}  // namespace
}  // namespace tamarack::gateway
