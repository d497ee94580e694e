#pragma once

#include "platform/http/message.h"
#include "platform/http/refusal.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tamarack::http {

// Reads one request, head and body, from bytes: Beast's parser behind our stricter checks
// (request_head.h). Private to the server; Beast is used in request_parser.cc alone.
class RequestParser {
 public:
  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Reads a whole head, as FindHead found it, into `request` (method, target, version, headers).
  Refusal ReadHead(std::string_view head, Request& request);

  // Then takes off the front of `input` what there is of the body. 400; 413 when it is or would get
  // larger than `bytes_max`.
  Refusal ReadBody(std::string_view& input, uint64_t bytes_max);
  // Whether all of it has been read.
  bool is_done() const;
  // Its length where the head told it: not of a chunked one.
  std::optional<uint64_t> content_length() const;

  // What has been read of the body, chunked coding removed.
  std::string& body();
  // Whether the connection may go on after this request.
  bool keep_alive() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tamarack::http
