#pragma once

#include "gateway/response/compression.h"
#include "platform/http/message.h"

#include <array>
#include <string>

namespace tamarack::gateway {

// A body that stays as it is, made once in every content coding that pays, with a strong tag for
// each.
class StaticFile {
 public:
  // `headers` stand in every answer; their Content-Type says whether compressing is tried.
  StaticFile(std::string body, const http::Headers& headers, Effort effort = Effort::kThorough);

  // For GET and HEAD: the file in the coding that the caller likes best, or 304, or 412.
  const http::Response& Answer(const http::Request& request) const;

 private:
  std::array<http::Response, 3> codings_;  // By Coding; the plain one where a coding does not pay.
  std::array<http::Response, 3> not_modified_;  // Instead of each of them.
  http::Response precondition_failed_;
};

}  // namespace tamarack::gateway
