// What streams count against for as long as they run: the caller's slots and the back end's limit.
#include "limited.h"
#include "tests/support/eventually.h"

#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>

#include <future>
#include <vector>

namespace tamarack::gateway {
namespace {

// Two requests at once, counted in Redis.
struct Streaming : LimitedFixture {
  Streaming()
      : LimitedFixture({{"read", {.per_second = 1e5, .burst = 100'000, .concurrent = 2}}}) {}

  asio::io_context context;

  // A stream that has told its first message, and goes on.
  asio::ip::tcp::socket Open() {
    auto socket = Connect(context);
    asio::write(socket, asio::buffer(std::string(
                            "GET /toy/v1/kites:watch?count=1&end.hang=true HTTP/1.1\r\nHost: x\r\n"
                            "Accept: application/x-ndjson\r\n\r\n")));
    std::string received;
    asio::read_until(socket, asio::dynamic_buffer(received), "}\n\r\n");
    CHECK(received.starts_with("HTTP/1.1 200 "));
    return socket;
  }
  int Running() {
    std::promise<int> running;
    asio::post(io, [&] { running.set_value(snapshot->backends[0]->concurrency().running()); });
    return running.get_future().get();
  }
  // Asks until a slot is free.
  bool IsAdmitted(const std::string& target = "/toy/v1/kites/7") {
    for (int i = 0; i < 10'000; ++i) {
      if (Get(target).status == 200) return true;
    }
    return false;
  }
};

TEST_CASE_METHOD(Streaming, "a stream holds one of the caller's slots until it ends", "[gateway]") {
  std::vector<asio::ip::tcp::socket> streams;
  streams.push_back(Open());
  streams.push_back(Open());
  for (const char* target : {"/toy/v1/kites/7", "/toy/v1/kites:watch?count=1"}) {
    Answer refused = Get(target);
    CHECK(refused.status == 429);
    CHECK(Show(refused.Json().if_contains("violated-policies")) == R"(["concurrent"])");
  }
  streams.pop_back();
  CHECK(IsAdmitted());
  // One that ends by itself gives its slot back too.
  for (int i = 0; i < 5; ++i) CHECK(IsAdmitted("/toy/v1/kites:watch?count=2"));
  REQUIRE(IsAdmitted());
  streams.push_back(Open());
  CHECK(Get("/toy/v1/kites/7").status == 429);
}

TEST_CASE_METHOD(Streaming, "a stream counts as a call of its back end until it ends",
                 "[gateway]") {
  CHECK(Running() == 0);
  {
    auto one = Open();
    CHECK(Running() == 1);
    auto two = Open();
    CHECK(Running() == 2);
  }
  REQUIRE(testing::Eventually([&] { return Running() == 0; }));
  CHECK(Get("/toy/v1/kites:watch?count=2").status == 200);
  CHECK(Running() == 0);
  CHECK(Get("/toy/v1/kites:watch?end.code=5").status == 404);
  CHECK(Running() == 0);
}

}  // namespace
}  // namespace tamarack::gateway
