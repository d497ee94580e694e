#pragma once

#include "gateway/request/messages.h"

#include <google/protobuf/descriptor.h>

#include <map>
#include <memory>
#include <string>

namespace tamarack::gateway {

// Which fields of a request message are given already, by the path or by parameters, so that
// nothing gives them again and no two members of a oneof are given.
class FieldTree {
 public:
  // The node below `field`, or null when nothing below it is given.
  const FieldTree* Find(const google::protobuf::FieldDescriptor* field) const {
    auto found = children_.find(field);
    return found == children_.end() ? nullptr : found->second.get();
  }
  FieldTree* Add(const google::protobuf::FieldDescriptor* field) {
    auto& child = children_[field];
    if (!child) child = std::make_unique<FieldTree>();
    return child.get();
  }
  // Who gave the value; kNobody for a message that is only on the way to one.
  enum class Giver { kNobody, kPath, kParameter };
  Giver giver() const { return giver_; }
  void set_giver(Giver giver) { giver_ = giver; }

  // The given member of the oneof that `field` belongs to, if it is another one.
  const google::protobuf::FieldDescriptor* OneofRival(
      const google::protobuf::FieldDescriptor* field) const {
    const auto* oneof = field->real_containing_oneof();
    if (oneof == nullptr) return nullptr;
    for (const auto& [other, child] : children_) {
      if (other != field && other->real_containing_oneof() == oneof) return other;
    }
    return nullptr;
  }

 private:
  std::map<const google::protobuf::FieldDescriptor*, std::unique_ptr<FieldTree>> children_;
  Giver giver_ = Giver::kNobody;
};

// The field of `type` with this proto name or JSON name.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& type,
                                                   const std::string& name);

}  // namespace tamarack::gateway
