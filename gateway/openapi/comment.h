#pragma once

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// The comment above a declaration, without the spaces that begin its lines and what it tells
// linters (`buf:lint:ignore …`). Empty when there is none.
template <class Descriptor>
std::string CommentOf(const Descriptor& descriptor) {
  google::protobuf::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return {};
  std::string text;
  for (char c :
       location.leading_comments.empty() ? location.trailing_comments : location.leading_comments) {
    if (c == ' ' && (text.empty() || text.back() == '\n')) continue;
    text += c;
  }
  if (size_t at = text.find("buf:lint:"); at != std::string::npos)
    text.erase(at, text.find('\n', at) - at);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// What stands in a list: the text up to its first full stop or line's end.
inline std::string_view FirstSentence(std::string_view text) {
  size_t end = text.find(". ");
  end = end == std::string_view::npos ? text.size() : end + 1;
  return text.substr(0, std::min(end, text.find('\n')));
}

}  // namespace tamarack::gateway
