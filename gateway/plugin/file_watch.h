#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <map>
#include <string>
#include <vector>

namespace tamarack::gateway {

// Says when something happens in the folders of some files (inotify). Folders, not files: they are
// where files are renamed into place and symbolic links are exchanged, as Kubernetes does with a
// mounted ConfigMap. A folder that cannot be watched is passed over: whoever watches looks at the
// files from time to time as well. Lives on one loop.
class FileWatch {
 public:
  explicit FileWatch(boost::asio::any_io_executor executor);

  // From now on the folders of these files, and of none other.
  void Watch(const std::vector<std::string>& files);

  // Returns after the next event, having taken all that are there. At once when there has been one
  // since the last call; never where the system has no inotify left.
  boost::asio::awaitable<void> Event();

 private:
  boost::asio::posix::stream_descriptor inotify_;
  std::map<std::string, int> folders_;  // Their watch descriptors.
};

}  // namespace tamarack::gateway
