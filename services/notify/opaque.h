#pragma once

#include <string>
#include <string_view>

// Text that markdown must not read: what a value says and what an address holds. Between the marks
// below it is letters to a reader of markdown, so that it begins, ends and joins nothing, whatever
// stands beside it. The marks are noncharacters, which no text may hold (Unicode 23.7).
namespace tamarack::notify {

// `text` with U+FFFD for the marks.
std::string WithoutMarks(std::string_view text);

// A value, to be put anywhere in markdown.
std::string OpaqueValue(std::string_view value);

// `markdown` with its web addresses marked and opaque, and opaque what else of it is text to the
// people who write messages: email addresses, products of numbers, HTML, and `[name]: text`, which
// would define a link and be seen nowhere. An address goes on through values: one that begins
// before a value holds all of it.
std::string WithOpaqueText(std::string_view markdown);

// What a marked text says.
std::string Reveal(std::string_view marked);

// The address that a marked text is. Values within it are percent-encoded and stay within their
// part of it; a value that begins it is an address itself.
std::string RevealAddress(std::string_view marked);

// The first web address in `marked` (as marked before) and what is around it; all is in `before`
// when there is none.
struct AddressInText {
  std::string_view before;
  std::string_view address;
  std::string_view after;
};
AddressInText FirstAddress(std::string_view marked);

}  // namespace tamarack::notify
