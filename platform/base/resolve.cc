#include "platform/base/resolve.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tamarack {
namespace asio = boost::asio;

Async<std::string> Resolve(std::string host) {
  boost::system::error_code not_numeric;
  asio::ip::make_address(host, not_numeric);
  if (!not_numeric) co_return host;
  asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
  auto [error, found] =
      co_await resolver.async_resolve(host, "", asio::as_tuple(asio::use_awaitable));
  if (error || found.empty()) {
    co_return absl::UnavailableError(absl::StrCat(host, ": ", error.message()));
  }
  co_return found.begin()->endpoint().address().to_string();
}

}  // namespace tamarack
