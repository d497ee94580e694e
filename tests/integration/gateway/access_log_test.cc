// The access log: one line a request that says what happened, and nothing about a person.
#include "fixture.h"

#include <absl/strings/str_split.h>

#include <fcntl.h>
#include <unistd.h>

namespace tamarack::gateway {
namespace {

// What the process writes to stderr, where its log goes, while this exists.
class CapturedLog {
 public:
  CapturedLog() : saved_(::dup(STDERR_FILENO)) {
    char path[] = "/tmp/gateway-log-XXXXXX";
    file_ = ::mkstemp(path);
    ::unlink(path);
    ::dup2(file_, STDERR_FILENO);
  }
  ~CapturedLog() { Restore(); }

  std::string Text() {
    Restore();
    std::string text(static_cast<size_t>(::lseek(file_, 0, SEEK_END)), '\0');
    REQUIRE(::pread(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return text;
  }

 private:
  void Restore() {
    if (saved_ < 0) return;
    ::dup2(saved_, STDERR_FILENO);
    ::close(std::exchange(saved_, -1));
  }
  int saved_;
  int file_;
};

std::vector<boost::json::object> Lines(const std::string& text) {
  std::vector<boost::json::object> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    lines.push_back(boost::json::parse({line.data(), line.size()}).as_object());
  return lines;
}

TEST_CASE_METHOD(Fixture, "a request is one line with what an operator needs", "[gateway]") {
  CapturedLog log;
  Answer answer = PostJson("/toy/v1/kites", R"({"colour":"red"})",
                           kWriter +
                               "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-"
                               "00f067aa0ba902b7-01\r\n");
  std::string text = log.Text();
  INFO(text);
  auto lines = Lines(text);
  REQUIRE(lines.size() == 1);
  const boost::json::object& line = lines[0];
  CHECK(Show(line.if_contains("msg")) == "request");
  CHECK(Show(line.if_contains("http_method")) == "POST");
  CHECK(Show(line.if_contains("route")) == "/toy/v1/kites");
  CHECK(Show(line.if_contains("status")) == std::to_string(answer.status));
  CHECK(Show(line.if_contains("client_id")) == "writer");
  CHECK(Show(line.if_contains("request_id")) == answer.Header("x-request-id"));
  CHECK(Show(line.if_contains("trace_id")) == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(Show(line.if_contains("bytes_in")) == "16");
  CHECK(Show(line.if_contains("bytes_out")) == std::to_string(answer.body.size()));
  CHECK(line.at("upstream_ms").to_number<double>() > 0);
  CHECK(line.at("ms").to_number<double>() >= line.at("upstream_ms").to_number<double>());
  CHECK(Show(line.if_contains("flags")).empty());
}

TEST_CASE_METHOD(Fixture, "a stream of flawed messages is one line of error", "[gateway]") {
  CapturedLog log;
  Answer answer = Get("/toy/v1/kites:watch?count=50&padding=-1");
  std::string text = log.Text();  // Of protobuf too, in the toy.
  INFO(text);
  CHECK(answer.status == 200);
  constexpr char kFlaw[] = "answer printed in part";
  size_t found = text.find(kFlaw);
  REQUIRE(found != std::string::npos);
  CHECK(text.find(kFlaw, found + 1) == std::string::npos);
  size_t begin = text.rfind('\n', found) + 1;
  CHECK(text.substr(begin, text.find('\n', found) - begin).find(answer.Header("x-request-id")) !=
        std::string::npos);
}

TEST_CASE_METHOD(Fixture, "the log flags what befell a request", "[gateway]") {
  CapturedLog log;
  PostJson("/toy/v1/fail", R"({"code":8})");
  PostJson("/toy/v1/fail", R"({"code":14})");
  auto lines = Lines(log.Text());
  REQUIRE(lines.size() == 2);
  CHECK(Show(lines[0].if_contains("flags")) == "rate_limited");
  CHECK(Show(lines[1].if_contains("flags")) == "upstream_unavailable");
  CHECK(Show(lines[1].if_contains("level")) == "warning");
}

TEST_CASE_METHOD(Fixture, "log and metrics hold nothing that a request says of a person",
                 "[gateway]") {
  CapturedLog log;
  const std::string headers =
      "User-Agent: Zyxwvut\r\nReferer: https://x.example/zyxwvut\r\nFrom: zyxwvut@example.com\r\n"
      "X-Forwarded-For: 203.0.113.77\r\nForwarded: for=203.0.113.77\r\n"
      "Cookie: __Host-tamarack-session=zyxwvut; Flavour=zyxwvut\r\nIdempotency-Key: zyxwvut\r\n";
  const std::string bearer = "Authorization: Bearer zyxwvut\r\n";
  int requests = 0;
  auto send = [&](const Answer& answer) {
    REQUIRE(answer.status != 0);
    ++requests;
  };
  send(Get("/toy/v1/kites/zyxwvut?x", headers));
  send(Get("/toy/v1/kites?filter.colour=zyxwvut&page_token=zyxwvut", headers));
  send(Get("/toy/v1/kites?zyxwvut=1", headers));
  send(Get("/toy/v1/kites?page_size=zyxwvut", headers));
  send(Get("/zyxwvut/zyxwvut@example.com", headers));
  send(Send("ZYXWVUT", "/toy/v1/kites", headers));
  send(Get("/toy/v1/inspect", headers + bearer));
  send(Get("/toy/v1/me", headers));
  send(PostJson("/toy/v1/echo", R"({"string_value":"zyxwvut"})", headers));
  send(PostJson("/toy/v1/echo", R"({"zyxwvut":"zyxwvut"})", headers));
  send(PostJson("/toy/v1/echo", R"({"string_value":"zyxwvut)", headers));
  send(PostJson("/toy/v1/fail", R"({"code":13,"message":"zyxwvut"})", headers));
  send(PostJson("/toy/v1/fail", R"({"code":3,"message":"zyxwvut","field":"zyxwvut"})", headers));
  send(PostForm("/en/toy", "name=zyxwvut", headers));
  send(Raw("GET /zyxwvut HTTP/1.1\r\nHost: x\r\nHost: zyxwvut\r\n" + headers + "\r\n"));
  send(Raw("POST /zyxwvut HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nzyxwvut"));
  send(Raw("zyxwvut\r\n\r\n"));
  std::string text = log.Text();
  std::string told = absl::AsciiStrToLower(text + telemetry::SerializeMetrics(registry));
  INFO(text);
  CHECK(told.find("zyxwvut") == std::string::npos);
  CHECK(told.find("203.0.113.77") == std::string::npos);
  auto lines = Lines(text);
  CHECK(std::count_if(lines.begin(), lines.end(), [](const boost::json::object& line) {
          return Show(line.if_contains("msg")) == "request";
        }) == requests);
}

}  // namespace
}  // namespace tamarack::gateway
