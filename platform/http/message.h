#pragma once

#include "platform/base/status.h"
#include "platform/http/refusal.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
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
  // The value of a list header, whose lines are one list (RFC 9110 section 5.3); empty when absent.
  std::string Join(std::string_view name) const;

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

// A method, a field's name or a connection option (RFC 9110 section 5.6.2).
bool IsToken(std::string_view text);

// No control character but the tab.
bool IsFieldValue(std::string_view text);

// Without spaces and tabs at both ends (OWS, RFC 9110 section 5.6.3).
std::string_view TrimBlanks(std::string_view text);

// How much of a body a handler lets come.
struct BodyLimits {
  uint64_t bytes_max;  // Above: 413.
  // Of whom the bytes are; those of its networks share a budget. Empty: nobody's.
  std::string client_address = {};
};

// Reads a request's body to its end, after `100 Continue` where the client waits for that. The
// refusal's status is what to answer if it cannot be had: 400, 408, 413, 429, 503, or
// Refusal::kGone. To be asked once at most, before the handler is done.
using BodyReader =
    std::function<boost::asio::awaitable<Refusal>(BodyLimits limits, std::string& body)>;

// One request as received: within the server's limits, syntactically sound.
struct Request {
  std::string method;
  std::string target;  // Path and query, or `*`: as sent, not decoded, not normalised.
  int version = 11;    // 10 or 11.
  Headers headers;
  std::string body;  // Chunked coding already removed.
  // Of a server whose handler reads bodies: null when there is none. What is not asked for is never
  // kept: a short rest is dropped, before a long one the connection ends.
  BodyReader read_body = nullptr;
  // Of the server: for a handler that finds, before it waits for anything, that a GET changes
  // something all the same. Then it goes on though its client has shut its writing side, as other
  // methods do.
  std::function<void()> note_effect = nullptr;
  std::string remote_address;  // The peer's IP, without port.
  bool tls = false;
  // SHA-256 of the client's certificate (DER), 32 bytes; empty when it gave none.
  std::string client_certificate_sha256;
};

// Gives the pieces of a body of unknown length, nothing after the last one. The server asks for the
// next piece once the peer's socket has taken the last one, so a slow reader slows the source.
// After an error the connection is closed without the body's end, so that the peer knows that it is
// cut short. When the peer goes away, what the source awaits gets a terminal cancellation, as in a
// handler; destroying the source must release what it holds.
using BodySource = std::function<Async<std::optional<std::string>>()>;

// One response. The server adds Date, Content-Length or Transfer-Encoding, and Connection by itself
// and leaves out what a handler sets for those.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // Sent instead of `body` when set: no copy.
  bool keep_alive = true;                          // false closes the connection after this answer.
  // Sent instead of a body when set: in chunks, or up to the connection's end for HTTP/1.0.
  BodySource body_source = {};
};

}  // namespace tamarack::http
