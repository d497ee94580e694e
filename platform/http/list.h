#pragma once

#include <optional>
#include <string>
#include <string_view>

// What the values of list headers are made of (RFC 9110 sections 5.6 and 12.4.2), without I/O. The
// lines of such a header are one list: Headers::Join().
namespace tamarack::http {

// What a backslash means between quotes.
enum class Quotes {
  kString,  // It escapes the next character (RFC 9110 section 5.6.4).
  kTag,     // Itself, in entity tags (section 8.8.3).
};

// Takes the next part, trimmed, off the front of `list`; false at its end. Empty parts are passed
// over (section 5.6.1.2). A separator between quotes separates nothing; quotes that are not closed
// hold the rest.
bool NextPart(std::string_view& list, char separator, std::string_view& part,
              Quotes quotes = Quotes::kString);

// `name=value` as in media types and Forwarded; the value without its quotes and escapes.
struct Parameter {
  std::string_view name;  // As it was sent: compare without regard to case.
  std::string value;
};
// Nothing where it is none. A value without quotes need not be a token: `for=[::1]` is sent.
std::optional<Parameter> ParseParameter(std::string_view text);

// An element of a list of preferences: `fr;q=0.5`.
struct Weighted {
  std::string_view value;  // Without parameters.
  double weight = 1;       // 0 to 1; 0 where it cannot be read.
};
// Takes the next one off the front of `list`; false at its end.
bool NextWeighted(std::string_view& list, Weighted& element);

}  // namespace tamarack::http
