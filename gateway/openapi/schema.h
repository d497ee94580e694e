#pragma once

#include "gateway/codec/message_plan.h"

#include <google/protobuf/descriptor.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tamarack::gateway {

// The field's name in JSON of this style.
std::string NameIn(JsonStyle style, const google::protobuf::FieldDescriptor& field);
// Whether it is a number that JSON of this style holds as text.
bool IsTextIn(JsonStyle style, const google::protobuf::FieldDescriptor& field);

// JSON Schemas (OpenAPI 3.1 dialect) of message types, as the codec reads and prints them, with
// field rules and comments.
class SchemaBook {
 public:
  // The style of what is asked for from now on. A type has a schema for each style that it is
  // asked for in.
  void Use(JsonStyle style) { style_ = style; }
  // A reference to the type's schema, which is then among `schemas`, or the schema itself for a
  // well-known type.
  boost::json::object Message(const google::protobuf::Descriptor& type);
  // The value of one field, with its rules.
  boost::json::object Field(const google::protobuf::FieldDescriptor& field);
  // An object of the type's fields for which `is_wanted` says so.
  template <class Predicate>
  boost::json::object Object(const google::protobuf::Descriptor& type, Predicate is_wanted) {
    boost::json::object properties;
    boost::json::array required;
    for (int i = 0; i < type.field_count(); ++i) {
      if (is_wanted(*type.field(i))) AddProperty(*type.field(i), properties, required);
    }
    return MakeObject(std::move(properties), std::move(required));
  }

  // Of all types that were referred to, by one another too.
  boost::json::object& schemas();

 private:
  void AddProperty(const google::protobuf::FieldDescriptor& field, boost::json::object& properties,
                   boost::json::array& required);
  static boost::json::object MakeObject(boost::json::object properties,
                                        boost::json::array required);
  boost::json::object Singular(const google::protobuf::FieldDescriptor& field);
  void AddRules(const google::protobuf::FieldDescriptor& field, boost::json::object& schema) const;
  void AddValueRules(const google::protobuf::FieldDescriptor& field,
                     const google::protobuf::FieldDescriptor& scalar,
                     boost::json::object& schema) const;
  JsonStyle style_ = JsonStyle::kOurs;
  boost::json::object schemas_;
  // Entered in `schemas_`, and still empty there.
  std::vector<std::pair<const google::protobuf::Descriptor*, JsonStyle>> pending_;
};

}  // namespace tamarack::gateway
