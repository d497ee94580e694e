#pragma once

#include <google/protobuf/struct.pb.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace tamarack::rpc {

// google.protobuf.Struct ⇄ Boost.JSON. Integral numbers within 2^53 come back as integers, since
// Struct has only doubles.
google::protobuf::Struct ToStruct(const boost::json::object& object);
boost::json::object FromStruct(const google::protobuf::Struct& message);
google::protobuf::Value ToValue(const boost::json::value& value);
boost::json::value FromValue(const google::protobuf::Value& message);

}  // namespace tamarack::rpc
