#include "gateway/codec/json_failure.h"

#include "platform/json/events.h"

#include <boost/json/basic_parser_impl.hpp>

namespace tamarack::gateway {
namespace json = boost::json;

JsonFailure FindJsonFailure(std::string_view text, int depth_max) {
  json::parse_options options;
  options.max_depth = static_cast<size_t>(depth_max);
  json::basic_parser<JsonEvents> parser(options);
  json::error_code error;
  size_t position = parser.write_some(false, text.data(), text.size(), error);
  return {position, error == json::error::too_deep};
}

}  // namespace tamarack::gateway
