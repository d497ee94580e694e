#include "platform/json/strict.h"

#include "platform/json/events.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace tamarack {
namespace {

namespace json = boost::json;
using Error = json::error_code;

constexpr size_t kDepthMax = 16;

// Hears every event of a parse and refuses what readers understand in different ways (RFC 7493): a
// member that its object already has, of which Boost.JSON's own parser would keep the last one,
// others the first; and a number beyond a double. Boost.JSON makes infinity of 1e400, and NaN,
// which equals nothing, of 0e320.
struct StrictReader : JsonEvents {
  std::vector<std::set<std::string>> objects;
  std::string key;

  bool on_object_begin(Error&) {
    objects.emplace_back();
    return true;
  }
  bool on_object_end(size_t, Error&) {
    objects.pop_back();
    return true;
  }
  bool on_key_part(json::string_view part, size_t, Error&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, size_t, Error& error) {
    key.append(part.data(), part.size());
    if (!objects.back().insert(std::exchange(key, {})).second) error = json::error::syntax;
    return !error;
  }
  bool on_double(double value, json::string_view, Error& error) {
    if (!std::isfinite(value)) error = json::error::not_number;
    return !error;
  }
};

}  // namespace

absl::StatusOr<json::object> ParseStrictObject(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  Error error;
  json::basic_parser<StrictReader> reader(options);
  size_t read = reader.write_some(false, text.data(), text.size(), error);
  if (error || read != text.size()) {
    return absl::InvalidArgumentError(
        "malformed JSON, a duplicate member or a number beyond a double");
  }
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error || !value.is_object()) return absl::InvalidArgumentError("not a JSON object");
  return std::move(value.get_object());
}

std::string_view StringMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

}  // namespace tamarack
