#include "platform/runtime/task_group.h"

#include "platform/base/task.h"
#include "platform/runtime/process.h"
#include "tests/support/loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>

namespace tamarack::runtime {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::hours kLong{24};

asio::awaitable<void> SleepUntilAsked() {
  while (!co_await IsAskedToEnd()) co_await SleepFor(kLong);
}

asio::awaitable<bool> JoinOf(TaskGroup& group) {
  co_await group.Join();
  co_return true;
}

// What a process of its own writes to stderr before it ends, which must be by SIGABRT.
std::string LastWordsOf(const std::function<void()>& work) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // Catch would report it.
    ::dup2(pipe[1], 2);
    work();
    ::_exit(0);
  }
  ::close(pipe[1]);
  std::string words;
  char block[4096];
  for (ssize_t size; (size = ::read(pipe[0], block, sizeof block)) > 0;)
    words.append(block, static_cast<size_t>(size));
  ::close(pipe[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
  return words;
}

TEST_CASE("TaskGroup: Join asks all to end, and returns when the last is gone", "[tasks]") {
  testing::Loop loop;
  TaskGroup group(loop.executor());
  int ended = 0;
  for (int i = 0; i < 3; ++i) {
    group.Spawn([&]() -> asio::awaitable<void> {
      co_await SleepUntilAsked();
      co_await asio::steady_timer(loop.executor(), std::chrono::milliseconds(1))
          .async_wait(asio::use_awaitable);
      ++ended;
    });
  }
  CHECK(loop.Await(JoinOf(group)));
  CHECK(ended == 3);
  // What comes later has been asked already.
  group.Spawn(SleepUntilAsked);
  CHECK(loop.Await(JoinOf(group)));
}

TEST_CASE("TaskGroup: keeps what a task captured until that has ended", "[tasks]") {
  testing::Loop loop;
  TaskGroup group(loop.executor());
  auto captured = std::make_shared<int>(1);
  std::weak_ptr<int> seen = captured;
  group.Spawn([kept = std::move(captured)]() -> asio::awaitable<void> {
    co_await SleepUntilAsked();
    if (*kept != 1) throw std::logic_error("gone");
  });
  loop.io().poll();
  CHECK(!seen.expired());
  CHECK(loop.Await(JoinOf(group)));
  CHECK(seen.expired());
}

TEST_CASE("TaskGroup: may be owned by what its tasks keep alive", "[tasks]") {
  struct Owner {
    explicit Owner(asio::any_io_executor executor) : group(std::move(executor)) {}
    TaskGroup group;
  };
  const bool is_cut_off = GENERATE(false, true);
  std::weak_ptr<Owner> seen;
  {
    testing::Loop loop;
    auto owner = std::make_shared<Owner>(loop.executor());
    seen = owner;
    owner->group.Spawn([owner]() -> asio::awaitable<void> {
      auto held = owner;
      co_await SleepUntilAsked();
    });
    loop.io().poll();
    if (!is_cut_off) owner->group.AskToEnd();
    owner.reset();
    if (!is_cut_off) loop.RunUntil([&] { return seen.expired(); });
  }
  CHECK(seen.expired());
}

TEST_CASE("TaskGroup: JoinAll joins every group of the loop, and what their last steps start",
          "[tasks]") {
  testing::Loop loop;
  TaskGroup early(loop.executor());
  TaskGroup late(loop.executor());
  int ended = 0;
  late.Spawn([&]() -> asio::awaitable<void> {
    co_await SleepUntilAsked();
    early.Spawn([&]() -> asio::awaitable<void> {
      co_await SleepUntilAsked();
      ++ended;
    });
    ++ended;
  });
  Spawn(loop.executor(), [&]() -> asio::awaitable<void> {
    co_await SleepUntilAsked();
    ++ended;
  });
  auto join = [&]() -> asio::awaitable<bool> {
    co_await TaskGroup::JoinAll(loop.executor());
    co_return true;
  };
  CHECK(loop.Await(join()));
  CHECK(ended == 3);
}

TEST_CASE("TaskGroup: each task can be told from others where tasks are told", "[tasks]") {
  const bool before = TellsTasks().exchange(true);
  testing::Loop loop;
  TaskGroup group(loop.executor());
  std::vector<asio::any_io_executor> seen;
  for (int i = 0; i < 2; ++i) {
    group.Spawn(
        [&]() -> asio::awaitable<void> { seen.push_back(co_await asio::this_coro::executor); });
  }
  CHECK(loop.Await(JoinOf(group)));
  TellsTasks() = before;
  REQUIRE(seen.size() == 2);
  CHECK(IsTask(seen[0]));
  CHECK(seen[0] != seen[1]);
}

TEST_CASE("TaskGroup: does not go while a task runs", "[tasks]") {
  CHECK(LastWordsOf([] {
          testing::Loop loop;
          TaskGroup group(loop.executor());
          group.Spawn(SleepUntilAsked);
          loop.io().poll();
        }) == "a task group goes while 1 of its tasks run\n");
}

TEST_CASE("TaskGroup: an exception that escapes a task ends the process, with its text",
          "[tasks]") {
  CHECK(LastWordsOf([] {
          testing::Loop loop;
          TaskGroup group(loop.executor());
          group.Spawn([]() -> asio::awaitable<void> {
            co_await SleepFor(std::chrono::milliseconds(1));
            throw std::length_error("of a library");
          });
          loop.io().run();
        }) == "background task threw: of a library\n");
}

TEST_CASE("Process: joins the tasks of its loop before it returns", "[tasks]") {
  Process process;
  TaskGroup group(process.executor());
  bool has_ended = false;
  group.Spawn([&]() -> asio::awaitable<void> {
    co_await SleepUntilAsked();
    has_ended = true;
  });
  Spawn(process.executor(), []() -> asio::awaitable<void> {
    std::raise(SIGTERM);
    co_return;
  });
  CHECK(process.RunUntilSignal([] {}) == 0);
  CHECK(has_ended);
}

TEST_CASE("Process: cuts off a task that does not end, while what it uses is there", "[tasks]") {
  Process process(std::chrono::milliseconds(1));
  struct Used {
    ~Used() { is_there = false; }
    bool is_there = true;
  } used;
  struct Watch {
    ~Watch() { was_there = used.is_there; }
    Used& used;
    bool& was_there;
  };
  bool was_there = false;
  TaskGroup group(process.executor());
  group.Spawn([&]() -> asio::awaitable<void> {
    Watch watch{used, was_there};
    for (;;) {
      asio::steady_timer timer(process.executor(), kLong);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  });
  Spawn(process.executor(), []() -> asio::awaitable<void> {
    std::raise(SIGTERM);
    co_return;
  });
  CHECK(process.RunUntilSignal([] {}) == 0);
  CHECK(was_there);
}

}  // namespace
}  // namespace tamarack::runtime
