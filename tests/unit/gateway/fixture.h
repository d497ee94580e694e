#pragma once

#include "gateway/route_table.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace tamarack::gateway {

// The toy service's routes, from its descriptor set as the gateway would read it.
inline std::shared_ptr<const RouteTable> ToyRoutes(std::vector<std::string>* notes = nullptr) {
  std::ifstream file(TAMARACK_BINARY_DIR "/descriptors/test_support.binpb", std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  BackendDescriptors toy{"toy", {}};
  REQUIRE(toy.files.ParseFromString(bytes));
  std::vector<std::string> ignored;
  auto table = RouteTable::Build({toy}, notes ? notes : &ignored);
  INFO(table.status());
  REQUIRE(table.ok());
  return *table;
}

// A string's contents, or the JSON text of any other value.
inline std::string Show(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string().c_str())
                           : boost::json::serialize(value);
}

}  // namespace tamarack::gateway
