// The end of a method's life as callers see it, and answers that nobody can read.
#include "fixture.h"

namespace tamarack::gateway {
namespace {

TEST_CASE_METHOD(Fixture, "every answer of a deprecated method says so and names its successor",
                 "[gateway]") {
  Answer answer = Get("/toy/v0/kites");
  CHECK(answer.Header("deprecation") == "@1769817600");
  CHECK(answer.Header("sunset") == "Fri, 01 Feb 2126 00:00:00 GMT");
  CHECK(answer.head.find("Link: <https://toys.example/move>; rel=\"deprecation\"") !=
        std::string::npos);
  CHECK(answer.head.find("Link: </toy/v1/kites>; rel=\"successor-version\"") != std::string::npos);
  CHECK(Get("/toy/v1/kites").Header("deprecation").empty());
}

TEST_CASE_METHOD(Fixture, "after its sunset a method is gone, whoever asks", "[gateway]") {
  Answer answer = Get("/toy/v0/weights");
  CHECK(answer.status == 410);
  CHECK(Show(answer.Json().if_contains("type")) == "http://localhost:8080/problems/gone");
  CHECK(answer.Header("sunset") == "Sun, 31 Jan 2021 00:00:00 GMT");
}

TEST_CASE_METHOD(Fixture, "who takes no JSON is told before anything happens", "[gateway]") {
  Answer answer = Get("/toy/v1/kites/7", "Accept: text/html\r\n");
  CHECK(answer.status == 406);
  CHECK(answer.Header("content-type") == "application/problem+json");
  CHECK(Get("/toy/v1/kites/7", "Accept: text/html, */*;q=0.1\r\n").status == 200);
  CHECK(Get("/toy/v1/kites/7", "Accept: application/json\r\n").status == 200);
  CHECK(Send("POST", "/toy/v1/upload", "Accept: image/png\r\nContent-Type: text/plain\r\n", "x")
            .status == 200);
}

TEST_CASE_METHOD(Fixture, "errors of the HTTP server speak the caller's language", "[gateway]") {
  Answer answer =
      Raw("POST /toy/v1/kites HTTP/1.1\r\nHost: x\r\nAccept-Language: fr\r\n"
          "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
          "Content-Length: 9999\r\n" +
          kWriter + "\r\n");
  CHECK(answer.status == 413);
  CHECK(answer.Header("content-language") == "fr");
  CHECK(Show(answer.Json().if_contains("title")) == "Requête trop volumineuse");
  CHECK(Show(answer.Json().if_contains("trace_id")) == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK_FALSE(answer.Header("x-request-id").empty());
  CHECK(Raw("HEAD /toy/v1/kites HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n").body.empty());
}

}  // namespace
}  // namespace tamarack::gateway
