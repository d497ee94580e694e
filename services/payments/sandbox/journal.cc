#include "services/payments/sandbox/journal.h"

#include "platform/base/check.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tamarack::payments::sandbox {

Journal::Journal(const std::string& path,
                 const std::function<void(const boost::json::object&)>& replay) {
  if (path.empty()) return;
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) throw std::runtime_error("cannot open " + path);
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    boost::system::error_code error;
    auto line = boost::json::parse(text.substr(begin, end - begin), error);
    if (error || !line.is_object()) throw std::runtime_error(path + ": not a journal");
    replay(line.get_object());
    begin = end + 1;
  }
  bool is_ready =
      ftruncate(file_, static_cast<off_t>(begin)) == 0 && lseek(file_, 0, SEEK_END) >= 0;
  if (!is_ready) throw std::runtime_error("cannot write " + path);
}

Journal::~Journal() {
  if (file_ >= 0) close(file_);
}

void Journal::Append(const boost::json::object& line) {
  if (file_ < 0) return;
  std::string text = boost::json::serialize(line) + "\n";
  ssize_t written = write(file_, text.data(), text.size());
  TAMARACK_CHECK(written == static_cast<ssize_t>(text.size()));
  TAMARACK_CHECK(fdatasync(file_) == 0);
}

}  // namespace tamarack::payments::sandbox
