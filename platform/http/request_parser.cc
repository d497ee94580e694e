#include "platform/http/request_parser.h"

#include "platform/http/list.h"
#include "platform/http/request_head.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <functional>

namespace tamarack::http {
namespace beast = boost::beast;
using beast::http::error;

namespace {

// Chunk extensions and trailer, which are dropped.
constexpr size_t kDroppedBytesMax = 16 * 1024;

// Lines end in CR LF, and neither stands anywhere else. Beast waits for that end whatever comes
// before it.
bool HasStrayLineEnd(std::string_view lines) {
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == '\n') return true;
    if (lines[i] == '\r' && ++i < lines.size() && lines[i] != '\n') return true;
  }
  return false;
}

// What RFC 9112 section 3.2.2 says of the absolute form, of which only the path matters to an
// origin server: empty it is `/` (RFC 9110 section 4.2.3), and for OPTIONS the server itself.
void MakeOriginForm(Request& request) {
  if (request.target.starts_with('/') || request.target == "*") return;
  size_t authority = request.target.find("://") + 3;
  std::string rest = request.target.substr(
      std::min(request.target.find_first_of("/?", authority), request.target.size()));
  if (rest.empty() && request.method == "OPTIONS") rest = "*";
  if (rest.empty() || rest.starts_with('?')) rest.insert(0, "/");
  request.target = std::move(rest);
}

bool SaysClose(const Request& request) {
  std::string options = request.headers.Join("connection");
  std::string_view list = options;
  for (std::string_view option; NextPart(list, ',', option);) {
    if (EqualsIgnoreCase(option, "close")) return true;
  }
  return false;
}

}  // namespace

struct RequestParser::Impl {
  beast::http::request_parser<beast::http::string_body> parser;
  bool has_body_limit = false;
  bool says_close = false;
  size_t dropped_bytes = 0;  // Of extensions so far.
  // Beast lets a quoted extension hold anything, a bare LF too. Kept here: Beast only refers to it.
  std::function<void(uint64_t, beast::string_view, beast::error_code&)> on_chunk_header =
      [this](uint64_t, beast::string_view extension, beast::error_code& error) {
        dropped_bytes += extension.size();
        bool is_fine = IsFieldValue({extension.data(), extension.size()});
        if (!is_fine || dropped_bytes > kDroppedBytesMax) error = error::bad_chunk_extension;
      };
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

Refusal RequestParser::ReadHead(std::string_view head, Request& request) {
  auto& parser = impl_->parser;
  parser.header_limit(static_cast<uint32_t>(head.size()));
  parser.body_limit(boost::none);  // the caller's depends on the head
  beast::error_code error;
  size_t used = parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || used != head.size() || !parser.is_header_done()) return {400, "malformed request"};

  // Copied now: Beast adds a chunked body's trailer to its fields, and nobody has checked that.
  const auto& message = parser.get();
  request.method = message.method_string();
  request.target = message.target();
  request.version = static_cast<int>(message.version());
  for (const auto& field : message) {
    request.headers.Add(field.name_string(), field.value());
  }
  if (Refusal refusal = CheckHead(request)) return refusal;
  MakeOriginForm(request);
  impl_->says_close = SaysClose(request);
  if (parser.chunked()) parser.on_chunk_header(impl_->on_chunk_header);
  return {};
}

Refusal RequestParser::ReadBody(std::string_view& input, uint64_t bytes_max) {
  auto& parser = impl_->parser;
  if (parser.content_length().value_or(0) > bytes_max) return {413, "body too large"};
  if (!impl_->has_body_limit) parser.body_limit(bytes_max);
  impl_->has_body_limit = true;
  while (!parser.is_done() && !input.empty()) {
    beast::error_code error;
    input.remove_prefix(parser.put(boost::asio::buffer(input.data(), input.size()), error));
    if (error == error::need_more) {
      if (input.size() > kDroppedBytesMax) return {400, "chunk header or trailer too large"};
      if (HasStrayLineEnd(input)) return {400, "malformed body"};
      return {};
    }
    if (error == error::body_limit) return {413, "body too large"};
    if (error) return {400, "malformed body"};
  }
  return {};
}

bool RequestParser::is_done() const {
  return impl_->parser.is_done();
}

std::optional<uint64_t> RequestParser::content_length() const {
  auto length = impl_->parser.content_length();
  return length ? std::optional<uint64_t>(*length) : std::nullopt;
}

std::string& RequestParser::body() {
  return impl_->parser.get().body();
}

bool RequestParser::keep_alive() const {
  // Beast lets `keep-alive` win over `close` for HTTP/1.0.
  return impl_->parser.keep_alive() && !impl_->says_close;
}

}  // namespace tamarack::http
