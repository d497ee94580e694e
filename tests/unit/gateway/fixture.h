#pragma once

#include "gateway/routing/route_table.h"

#include <google/api/annotations.pb.h>
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

// A service with one method of this rule, on a request with the fields `id` and `list` (repeated).
inline BackendDescriptors OneMethod(const std::string& name, const google::api::HttpRule& rule) {
  BackendDescriptors backend{name, {}};
  auto& file = *backend.files.add_file();
  file.set_name(name + ".proto");
  file.set_package(name);
  file.set_syntax("proto3");
  auto& message = *file.add_message_type();
  message.set_name("Request");
  int number = 0;
  for (const char* field_name : {"id", "list"}) {
    auto& field = *message.add_field();
    field.set_name(field_name);
    field.set_number(++number);
    field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
    field.set_label(number == 1 ? google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL
                                : google::protobuf::FieldDescriptorProto::LABEL_REPEATED);
    auto& rules = *field.mutable_options()->MutableExtension(api::v1::rules);
    rules.set_max_len(7);
    rules.set_max_items(number == 1 ? 0 : 3);
  }
  auto& service = *file.add_service();
  service.set_name("Service");
  auto& method = *service.add_method();
  method.set_name("Method");
  method.set_input_type("." + name + ".Request");
  method.set_output_type("." + name + ".Request");
  *method.mutable_options()->MutableExtension(google::api::http) = rule;
  method.mutable_options()
      ->MutableExtension(api::v1::policy)
      ->set_access(api::v1::MethodPolicy::PUBLIC);
  return backend;
}

// A string's contents, or the JSON text of any other value.
inline std::string Show(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string().c_str())
                           : boost::json::serialize(value);
}

}  // namespace tamarack::gateway
