#include "platform/http/request_parser.h"

#include "platform/http/request_head.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>

namespace tamarack::http {
namespace beast = boost::beast;
using beast::http::error;

namespace {

// Chunk extensions and trailer, which are dropped.
constexpr size_t kDroppedBytesMax = 16 * 1024;

}  // namespace

struct RequestParser::Impl {
  beast::http::request_parser<beast::http::string_body> parser;
  bool has_body_limit = false;
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

std::string& RequestParser::body() {
  return impl_->parser.get().body();
}

bool RequestParser::keep_alive() const {
  // Beast lets `keep-alive` win over `close` for HTTP/1.0.
  beast::string_view options = impl_->parser.get()[beast::http::field::connection];
  return impl_->parser.keep_alive() && !beast::http::token_list(options).exists("close");
}

}  // namespace tamarack::http
