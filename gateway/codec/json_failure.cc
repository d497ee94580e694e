#include "gateway/codec/json_failure.h"

#include <boost/json/basic_parser_impl.hpp>

#include <cstdint>

namespace tamarack::gateway {
namespace {

namespace json = boost::json;

// Takes all and keeps nothing: a text that is refused must not cost memory.
// NOLINTBEGIN(readability-identifier-naming): the names are Boost's
struct Handler {
  using Error = json::error_code;
  static constexpr size_t max_object_size = static_cast<size_t>(-1);
  static constexpr size_t max_array_size = static_cast<size_t>(-1);
  static constexpr size_t max_key_size = static_cast<size_t>(-1);
  static constexpr size_t max_string_size = static_cast<size_t>(-1);

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return true; }
  bool on_object_end(size_t, Error&) { return true; }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(size_t, Error&) { return true; }
  bool on_key_part(json::string_view, size_t, Error&) { return true; }
  bool on_key(json::string_view, size_t, Error&) { return true; }
  bool on_string_part(json::string_view, size_t, Error&) { return true; }
  bool on_string(json::string_view, size_t, Error&) { return true; }
  bool on_number_part(json::string_view, Error&) { return true; }
  bool on_int64(int64_t, json::string_view, Error&) { return true; }
  bool on_uint64(uint64_t, json::string_view, Error&) { return true; }
  bool on_double(double, json::string_view, Error&) { return true; }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(json::string_view, Error&) { return true; }
  bool on_comment(json::string_view, Error&) { return true; }
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

JsonFailure FindJsonFailure(std::string_view text, int depth_max) {
  json::parse_options options;
  options.max_depth = static_cast<size_t>(depth_max);
  json::basic_parser<Handler> parser(options);
  json::error_code error;
  size_t position = parser.write_some(false, text.data(), text.size(), error);
  return {position, error == json::error::too_deep};
}

}  // namespace tamarack::gateway
