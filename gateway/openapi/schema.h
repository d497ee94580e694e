#pragma once

#include <google/protobuf/descriptor.h>
#include <boost/json/object.hpp>

#include <string>

namespace tamarack::gateway {

// JSON Schemas (OpenAPI 3.1 dialect) of message types, as the codec reads and prints them, with
// field rules and comments.
class SchemaBook {
 public:
  // A reference to the type's schema, or the schema itself for a well-known type. Adds what it
  // needs to `schemas`.
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

  boost::json::object& schemas() { return schemas_; }

 private:
  void AddProperty(const google::protobuf::FieldDescriptor& field, boost::json::object& properties,
                   boost::json::array& required);
  static boost::json::object MakeObject(boost::json::object properties,
                                        boost::json::array required);
  boost::json::object Singular(const google::protobuf::FieldDescriptor& field);
  boost::json::object schemas_;
};

}  // namespace tamarack::gateway
