#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tamarack::http {

// Header fields in the order sent. Names compare without regard to case.
class Headers {
 public:
  using Entry = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Entry> entries) : entries_(entries) {}

  // The first value of `name`, if any.
  std::optional<std::string_view> Get(std::string_view name) const;
  std::vector<std::string_view> GetAll(std::string_view name) const;
  bool Has(std::string_view name) const { return Get(name).has_value(); }

  void Add(std::string name, std::string value);
  // Replaces all values of `name` by one.
  void Set(std::string name, std::string value);
  void Remove(std::string_view name);

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

 private:
  std::vector<Entry> entries_;
};

// ASCII only, as HTTP's names and tokens are.
bool EqualsIgnoreCase(std::string_view a, std::string_view b);

// One request as received: whole, within the server's limits, syntactically sound.
struct Request {
  std::string method;
  std::string target;  // As sent: not decoded, not normalised.
  int version = 11;    // 10 or 11.
  Headers headers;
  std::string body;            // Chunked coding already removed.
  std::string remote_address;  // The peer's IP, without port.
  bool tls = false;
};

// One whole response. The server adds Date, Content-Length and Connection by itself and leaves out
// what a handler sets for those.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // Sent instead of `body` when set: no copy.
  bool keep_alive = true;                          // false closes the connection after this answer.
};

}  // namespace tamarack::http
