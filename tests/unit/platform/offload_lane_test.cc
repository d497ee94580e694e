// Goal: what strangers can ask for never piles up in front of a pool. Method: work that waits until
// the test lets it go.
#include "platform/runtime/offload_lane.h"
#include "tests/support/loop.h"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include <future>
#include <vector>

namespace tamarack::runtime {
namespace {

namespace asio = boost::asio;

TEST_CASE("OffloadLane: takes so many and refuses the next until one is done", "[runtime]") {
  testing::Loop loop;
  OffloadPool pool(1);
  OffloadLane lane(pool, 3, "too many");
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  std::vector<absl::Status> done;
  auto one = [&]() -> asio::awaitable<void> {
    auto result = co_await lane.Run([opened] {
      opened.wait();
      return 7;
    });
    done.push_back(result.status());
  };
  for (int i = 0; i < 5; ++i) asio::co_spawn(loop.io(), one(), asio::detached);
  // Whoever is refused is told at once; the others cannot be done yet.
  loop.RunUntil([&] { return done.size() == 2; });
  for (const auto& status : done) CHECK(absl::IsResourceExhausted(status));
  gate.set_value();
  loop.RunUntil([&] { return done.size() == 5; });
  for (size_t i = 2; i < done.size(); ++i) CHECK(done[i].ok());
  CHECK(loop.Await(lane.Run([] { return 8; })).value() == 8);
}

TEST_CASE("OffloadLane: work that fails says so itself", "[runtime]") {
  testing::Loop loop;
  OffloadPool pool(1);
  OffloadLane lane(pool, 1, "too many");
  auto result = loop.Await(
      lane.Run([]() -> absl::StatusOr<int> { return absl::NotFoundError("nothing there"); }));
  CHECK(absl::IsNotFound(result.status()));
}

}  // namespace
}  // namespace tamarack::runtime
