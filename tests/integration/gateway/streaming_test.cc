// Methods that stream their answer: JSON array, lines, events or raw bytes, errors in their midst,
// back-pressure and clients that go away.
#include "fixture.h"

#include <absl/strings/match.h>
#include <boost/asio/read_until.hpp>

namespace tamarack::gateway {
namespace {

const std::string kLines = "Accept: application/x-ndjson\r\n";
const std::string kEvents = "Accept: text/event-stream\r\n";
const std::string kKite = R"({"name":"kites/1","colour":"","price_cents":0,"note":""})";
const std::string kKite2 = R"({"name":"kites/2","colour":"","price_cents":0,"note":""})";

// Reads from `socket` until `text` has come; empty when the connection ends before.
std::string ReadUntil(asio::ip::tcp::socket& socket, const std::string& text) {
  std::string received;
  boost::system::error_code error;
  asio::read_until(socket, asio::dynamic_buffer(received), text, error);
  return error ? "" : received;
}

TEST_CASE_METHOD(Fixture, "a stream is a JSON array unless the client asks for another form",
                 "[gateway]") {
  Answer array = Get("/toy/v1/kites:watch?count=2");
  CHECK(array.status == 200);
  CHECK(array.Header("content-type") == "application/json");
  CHECK(array.Header("cache-control") == "no-store");
  CHECK(array.Header("x-request-id").size() == 36);
  CHECK(array.body == "[" + kKite + "," + kKite2 + "]");
  CHECK(array.has_last_chunk);
  Answer lines = Get("/toy/v1/kites:watch?count=2", kLines);
  CHECK(lines.Header("content-type") == "application/x-ndjson");
  CHECK(lines.body == kKite + "\n" + kKite2 + "\n");
  Answer events = Get("/toy/v1/kites:watch?count=2", kEvents);
  CHECK(events.Header("content-type") == "text/event-stream");
  CHECK(events.Header("x-accel-buffering") == "no");
  CHECK(events.body == "id: kites/1\ndata: " + kKite + "\n\nid: kites/2\ndata: " + kKite2 + "\n\n");
  CHECK(Get("/toy/v1/kites:names?count=2").body == R"(["kites/1","kites/2"])");
  CHECK(PostJson("/toy/v1/kites:watch", R"({"count":1})").body == "[" + kKite + "]");
}

TEST_CASE_METHOD(Fixture, "a stream without messages has an empty body of its form", "[gateway]") {
  CHECK(Get("/toy/v1/kites:watch").body == "[]");
  Answer lines = Get("/toy/v1/kites:watch", kLines);
  CHECK(lines.status == 200);
  CHECK(lines.body.empty());
}

TEST_CASE_METHOD(Fixture, "an error before the first message is an ordinary answer", "[gateway]") {
  for (const std::string& accept : {std::string(), kLines, kEvents}) {
    Answer answer = Get("/toy/v1/kites:watch?end.code=5&end.message=gone", accept);
    CHECK(answer.status == 404);
    CHECK(answer.Header("content-type") == "application/problem+json");
    CHECK(Show(answer.Json().if_contains("detail")) == "gone");
  }
}

TEST_CASE_METHOD(Fixture, "an error after the first message is the last element, line or event",
                 "[gateway]") {
  std::string target = "/toy/v1/kites:watch?count=1&end.code=13&end.message=10.9.8.7%20is%20down";
  Answer array = Get(target);
  CHECK(array.status == 200);
  CHECK(array.has_last_chunk);
  auto elements = boost::json::parse(array.body).as_array();
  REQUIRE(elements.size() == 2);
  const auto& problem = elements[1].as_object();
  CHECK(Show(problem.if_contains("status")) == "500");
  CHECK(Show(problem.if_contains("type")) == "http://localhost:8080/problems/internal");
  CHECK(problem.contains("trace_id"));
  CHECK(array.body.find("10.9.8.7") == std::string::npos);

  Answer lines = Get(target, kLines);
  CHECK(lines.body.starts_with(kKite + "\n{\"type\":"));
  CHECK(lines.body.ends_with("}\n"));
  Answer events = Get(target, kEvents + "Accept-Language: fr\r\n");
  CHECK(absl::StrContains(events.body, "\n\nevent: error\ndata: {\"type\":"));
  CHECK(absl::StrContains(events.body, "Erreur interne"));
  CHECK(events.body.ends_with("}\n\n"));
}

TEST_CASE_METHOD(Fixture, "HttpBody messages are raw bytes, cut off when they break off",
                 "[gateway]") {
  Answer file = Get("/toy/v1/download?count=3");
  CHECK(file.Header("content-type") == "text/csv");
  CHECK(file.body == "line 1\nline 2\nline 3\n");
  CHECK(file.has_last_chunk);
  Answer broken = Get("/toy/v1/download?count=1&end.code=14");
  CHECK(broken.status == 200);
  CHECK(broken.body == "line 1\n");
  CHECK_FALSE(broken.has_last_chunk);
  CHECK(Get("/toy/v1/download?end.code=14").status == 503);
}

TEST_CASE_METHOD(Fixture, "a stream whose first message does not come in time is 504",
                 "[gateway]") {
  Answer late = Get("/toy/v1/kites:watch?end.hang=true");
  CHECK(late.status == 504);
  REQUIRE(toy.kites.hanging.Becomes(0));  // the call was cancelled
}

TEST_CASE_METHOD(Fixture, "a quiet stream of events begins without a message and has heartbeats",
                 "[gateway]") {
  asio::io_context context;
  auto socket = Connect(context);
  asio::write(socket, asio::buffer("GET /toy/v1/kites:watch?end.hang=true HTTP/1.1\r\nHost: x\r\n" +
                                   kEvents + "\r\n"));
  std::string received = ReadUntil(socket, ":\n\n\r\n3\r\n:\n\n");
  CHECK(received.starts_with("HTTP/1.1 200 "));
  REQUIRE(toy.kites.hanging.Becomes(1));
  socket.close();
  REQUIRE(toy.kites.hanging.Becomes(0));
}

TEST_CASE_METHOD(Fixture, "a client that goes away ends the call", "[gateway]") {
  asio::io_context context;
  auto socket = Connect(context);
  asio::write(socket,
              asio::buffer("GET /toy/v1/kites:watch?count=1&end.hang=true HTTP/1.1\r\nHost: x\r\n" +
                           kLines + "\r\n"));
  CHECK(absl::StrContains(ReadUntil(socket, "}\n\r\n"), kKite));
  REQUIRE(toy.kites.hanging.Becomes(1));
  socket.close();
  REQUIRE(toy.kites.hanging.Becomes(0));
}

TEST_CASE_METHOD(Fixture, "HEAD gets a stream's headers and ends the call", "[gateway]") {
  Answer head = Send("HEAD", "/toy/v1/kites:watch?count=1&end.hang=true");
  CHECK(head.status == 200);
  CHECK(head.Header("content-type") == "application/json");
  CHECK(head.body.empty());
  REQUIRE(toy.kites.hanging.Becomes(0));
}

TEST_CASE_METHOD(Fixture, "a client that reads nothing holds the service back", "[gateway]") {
  asio::io_context context;
  auto socket = Connect(context);
  asio::write(
      socket,
      asio::buffer(
          "GET /toy/v1/kites:watch?count=100000&padding=65536 HTTP/1.1\r\nHost: x\r\n\r\n"));
  CHECK(ReadUntil(socket, "\r\n\r\n").starts_with("HTTP/1.1 200 "));
  // The service stops when the buffers between it and us are full: its count stands still.
  int before = -1;
  for (int now = 0; now != before || now == 0; now = toy.kites.written) {
    before = toy.kites.written;
    Get("/toy/v1/kites/7");  // a whole round trip through the same loop and back end
    for (int i = 0; i < 50; ++i) Get("/toy/v1/kites/7");
  }
  CHECK(toy.kites.written < 2000);  // of 100,000: 64 KiB each
}

TEST_CASE_METHOD(Fixture, "an event's id comes back to the service", "[gateway]") {
  Answer events = Get("/toy/v1/kites:watch?count=1", kEvents + "Last-Event-ID: kites/41\r\n");
  CHECK(absl::StrContains(events.body, "after kites/41"));
}

TEST_CASE_METHOD(Fixture, "a method that takes a stream has no route", "[gateway]") {
  CHECK(PostJson("/toy/v1/gather", "{}").status == 404);
}

TEST_CASE_METHOD(Fixture, "a service that is gone in mid-stream ends it with a problem",
                 "[gateway]") {
  asio::io_context context;
  auto socket = Connect(context);
  asio::write(socket,
              asio::buffer("GET /toy/v1/kites:watch?count=1&end.hang=true HTTP/1.1\r\nHost: x\r\n"
                           "Connection: close\r\n" +
                           kLines + "\r\n"));
  ReadUntil(socket, "}\n\r\n");
  REQUIRE(toy.kites.hanging.Becomes(1));
  toy.server->Shutdown(std::chrono::system_clock::now());
  std::string rest = ReadUntil(socket, "\r\n0\r\n\r\n");
  CHECK(absl::StrContains(rest, "\"status\":503"));
}

}  // namespace
}  // namespace tamarack::gateway
