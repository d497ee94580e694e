#pragma once

#include <curl/curl.h>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

// libcurl's transfers on the Asio loop: no thread, no blocking call (names are resolved on
// libcurl's own threads). Under platform/http's client and platform/smtp.
namespace tamarack::curl {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

// One libcurl multi handle with its pool of connections, on one single-threaded executor.
class Multi {
 public:
  explicit Multi(boost::asio::any_io_executor executor);
  ~Multi();

  // Runs one prepared transfer to its end. A terminal cancellation of the caller takes the transfer
  // off the loop: CURLE_ABORTED_BY_CALLBACK. Give the transfer a timeout of its own.
  boost::asio::awaitable<CURLcode> Perform(CURL* easy);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tamarack::curl
