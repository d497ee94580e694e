#include "platform/redis/commands.h"
#include "platform/redis/link.h"

#include <catch2/catch.hpp>

namespace tamarack::redis {
namespace {

TEST_CASE("ParseAddress: a Unix socket, a host, or a reason", "[redis]") {
  CHECK(ParseAddress("unix:/run/redis.sock")->path == "/run/redis.sock");
  CHECK(ParseAddress("redis.internal:6379")->host == "redis.internal");
  CHECK(ParseAddress("redis.internal:6379")->port == 6379);
  CHECK(ParseAddress("[::1]:6380")->host == "::1");
  for (const char* bad :
       {"", "unix:", "unix:relative", "host", "host:", "host:0", "host:70000", ":1"}) {
    CAPTURE(bad);
    CHECK(ParseAddress(bad).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("FromErrorReply: Redis' first word decides", "[redis]") {
  using enum absl::StatusCode;
  CHECK(FromErrorReply("LOADING Redis is loading the dataset").code() == kUnavailable);
  CHECK(FromErrorReply("READONLY You can't write").code() == kUnavailable);
  CHECK(FromErrorReply("OOM command not allowed").code() == kResourceExhausted);
  CHECK(FromErrorReply("NOAUTH Authentication required.").code() == kUnavailable);
  CHECK(FromErrorReply("WRONGPASS invalid username-password pair").code() == kUnavailable);
  CHECK(FromErrorReply("WRONGTYPE Operation").code() == kFailedPrecondition);
  CHECK(FromErrorReply("ERR syntax error").code() == kInternal);
  CHECK(FromErrorReply("ERR syntax error").message() == "redis: ERR syntax error");
}

TEST_CASE("Backoff: grows to its limit and starts again", "[redis]") {
  ClientOptions options;
  Backoff backoff(options);
  CHECK(backoff.Next() <= options.backoff_min);
  for (int i = 0; i < 10; ++i) backoff.Next();
  auto longest = backoff.Next();
  CHECK(longest >= options.backoff_max / 2);
  CHECK(longest <= options.backoff_max);
  backoff.Reset();
  CHECK(backoff.Next() <= options.backoff_min);
}

TEST_CASE("Reply: text that reads as a number is one", "[redis]") {
  CHECK(Reply(std::string("42")).Int() == 42);
  CHECK(Reply(int64_t{-1}).Int() == -1);
  CHECK(Reply().IsNil());
  CHECK(Reply().Int() == 0);
  CHECK(Reply(std::vector<Reply>{Reply(), Reply(int64_t{2})}).Items()[1].Int() == 2);
}

}  // namespace
}  // namespace tamarack::redis
