#include "gateway/plugin/file_watch.h"

#include "platform/runtime/offload.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/inotify.h>

#include <array>
#include <filesystem>
#include <set>

namespace tamarack::gateway {
namespace asio = boost::asio;

FileWatch::FileWatch(asio::any_io_executor executor) : inotify_(executor) {
  int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) return;
  inotify_.assign(descriptor);
  inotify_.non_blocking(true);
}

void FileWatch::Watch(const std::vector<std::string>& files) {
  if (!inotify_.is_open()) return;
  std::set<std::string> wanted;
  for (const std::string& file : files) {
    std::filesystem::path path(file);
    wanted.insert(path.parent_path().string());
    std::error_code error;
    auto target = std::filesystem::canonical(path, error);
    if (!error) wanted.insert(target.parent_path().string());
  }
  std::erase_if(folders_, [&](const auto& folder) {
    if (wanted.contains(folder.first)) return false;
    ::inotify_rm_watch(inotify_.native_handle(), folder.second);
    return true;
  });
  constexpr uint32_t kEvents =
      IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
  for (const std::string& folder : wanted) {
    // Again for those that are watched: a folder may have been exchanged for another of its name.
    int watch = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), kEvents);
    if (watch >= 0) folders_[folder] = watch;
  }
}

asio::awaitable<void> FileWatch::Event() {
  std::array<char, 4096> events;
  while (inotify_.is_open()) {
    auto [failure] = co_await inotify_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                  asio::as_tuple(asio::use_awaitable));
    boost::system::error_code error;
    bool has_read = false;
    while (!failure && inotify_.read_some(asio::buffer(events), error) > 0) has_read = true;
    if (has_read) co_return;
    if (error != asio::error::would_block) inotify_.close(error);
  }
  co_await runtime::SleepFor(std::chrono::hours(24));
}

}  // namespace tamarack::gateway
