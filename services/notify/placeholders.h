#pragma once

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

// The template language of GOV.UK Notify: `((name))` and `((condition??text))`. Names are compared without regard to case,
// spaces, dashes and underscores. Pure functions.
namespace tamarack::notify {

// How values stand in the result.
enum class FillMode {
  kPlain,     // as they are: what the API shows
  kMarkdown,  // with markdown's own characters escaped, so that a value cannot make links or headings
  kLine,      // on one line, lists as "a, b and c": for subjects
};

// Names of the placeholders, in order of appearance, each once, as written first.
std::vector<std::string> PlaceholderNames(std::string_view text);

// Names in `text` for which `personalisation` has no value (null counts as none).
std::vector<std::string> MissingPersonalisation(std::string_view text, const boost::json::object& personalisation);

// Fills every placeholder. Those without a value stay as they are.
std::string FillPlaceholders(std::string_view text, const boost::json::object& personalisation, FillMode mode);

}  // namespace tamarack::notify
