#pragma once

#include <boost/json/object.hpp>

#include <functional>
#include <string>

namespace tamarack::payments::sandbox {

// An append-only file of JSON lines, flushed to disk line by line: what was answered survives kill
// -9. An empty path keeps nothing.
class Journal {
 public:
  // Hands every line of the file to `replay`, oldest first; cuts off a last line that a crash left
  // half written. Throws std::runtime_error when the file cannot be used: that is a start-up error.
  Journal(const std::string& path, const std::function<void(const boost::json::object&)>& replay);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Aborts when the line cannot be made durable: answering without it would be a lie.
  void Append(const boost::json::object& line);

 private:
  int file_ = -1;
};

}  // namespace tamarack::payments::sandbox
