#include "platform/runtime/offload.h"

#include "platform/base/task.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace tamarack::runtime {
namespace asio = boost::asio;

asio::awaitable<void> SleepFor(std::chrono::steady_clock::duration duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Spawn(asio::any_io_executor executor, std::function<asio::awaitable<void>()> body) {
  // The function object owns what the coroutine captures, so it must live as long as the coroutine.
  auto shared = std::make_shared<std::function<asio::awaitable<void>()>>(std::move(body));
  asio::co_spawn(TaskExecutor(std::move(executor)), (*shared)(),
                 [shared](std::exception_ptr error) {
                   if (!error) return;
                   try {
                     std::rethrow_exception(error);
                   } catch (const std::exception& e) {
                     std::fprintf(stderr, "background task threw: %s\n", e.what());
                   }
                   std::abort();
                 });
}

}  // namespace tamarack::runtime
