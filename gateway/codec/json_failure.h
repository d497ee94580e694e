#pragma once

#include <cstddef>
#include <string_view>

namespace tamarack::gateway {

// Where a text stops being JSON of at most so many levels.
struct JsonFailure {
  size_t position = 0;  // The text's size when nothing is wrong with it.
  bool is_too_deep = false;
};

// simdjson does not tell in every case what is wrong where, so Boost.JSON reads the text for that.
JsonFailure FindJsonFailure(std::string_view text, int depth_max);

}  // namespace tamarack::gateway
