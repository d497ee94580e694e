#pragma once

#include <boost/json/object.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// The template language of GOV.UK Notify: `((name))` and `((condition??text))`, where the text and
// the name may hold balanced brackets. Names are compared without regard to case, spaces, dashes
// (soft and long ones, too) and underscores, in any script. Pure functions.
namespace tamarack::notify {

// Longest text that goes out. Filling stops beyond it, so that a few placeholders cannot blow up
// memory.
inline constexpr size_t kFilledBytesMax = 2'000'000;

// How values stand in the result.
enum class FillMode {
  kPlain,     // as they are: what the API shows
  kMarkdown,  // opaque to markdown (opaque.h), so that what a template looks like is its author's
  kLine,      // on one line, lists as "a, b and c": for subjects
};

// Names of the placeholders, in order of appearance, each once, as written first.
std::vector<std::string> PlaceholderNames(std::string_view text);

// Names in `text` for which `personalisation` has no value (null counts as none).
std::vector<std::string> MissingPersonalisation(std::string_view text,
                                                const boost::json::object& personalisation);

// Fills every placeholder. Those without a value stay as they are. A result longer than
// kFilledBytesMax is not whole. In a message in French (`language` is a BCP 47 tag) true and false
// are "oui" and "non", and lists end with "et".
std::string FillPlaceholders(std::string_view text, const boost::json::object& personalisation,
                             FillMode mode, std::string_view language = "en");

// Where the first `((` stands with which no placeholder begins, in words; empty when all can be
// read.
std::string UnreadablePlaceholder(std::string_view text);

// True when one of the filled texts is longer than kFilledBytesMax.
bool IsTooLong(std::initializer_list<std::string_view> filled);

}  // namespace tamarack::notify
