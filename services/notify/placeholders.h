#pragma once

#include <boost/json/object.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

// The template language of GOV.UK Notify: `((name))` and `((condition??text))`. Names are compared
// without regard to case, spaces, dashes and underscores. Pure functions.
namespace tamarack::notify {

// Longest text that goes out. Filling stops beyond it, so that a few placeholders cannot blow up
// memory.
inline constexpr size_t kFilledBytesMax = 2'000'000;

// How values stand in the result.
enum class FillMode {
  kPlain,     // as they are: what the API shows
  kMarkdown,  // with markdown's own characters escaped, so that a value cannot make links or
              // headings
  kLine,      // on one line, lists as "a, b and c": for subjects
};

// Names of the placeholders, in order of appearance, each once, as written first.
std::vector<std::string> PlaceholderNames(std::string_view text);

// Names in `text` for which `personalisation` has no value (null counts as none).
std::vector<std::string> MissingPersonalisation(std::string_view text,
                                                const boost::json::object& personalisation);

// Fills every placeholder. Those without a value stay as they are. A result longer than
// kFilledBytesMax is not whole.
std::string FillPlaceholders(std::string_view text, const boost::json::object& personalisation,
                             FillMode mode);

// True when one of the filled texts is longer than kFilledBytesMax.
bool IsTooLong(std::initializer_list<std::string_view> filled);

}  // namespace tamarack::notify
