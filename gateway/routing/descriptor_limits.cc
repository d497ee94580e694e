#include "gateway/routing/descriptor_limits.h"

#include <absl/strings/str_cat.h>

#include <utility>
#include <vector>

namespace tamarack::gateway {

using google::protobuf::DescriptorProto;

absl::Status CheckDescriptorSize(const google::protobuf::FileDescriptorSet& files) {
  if (files.ByteSizeLong() > kDescriptorBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("its descriptors are larger than ", kDescriptorBytesMax, " bytes"));
  }
  std::vector<std::pair<const DescriptorProto*, int>> pending;
  for (const auto& file : files.file()) {
    for (const DescriptorProto& type : file.message_type()) pending.emplace_back(&type, 1);
  }
  for (int count = 1; !pending.empty(); ++count) {
    auto [type, level] = pending.back();
    pending.pop_back();
    if (count > kMessageTypesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("it has more than ", kMessageTypesMax, " message types"));
    }
    if (level > kMessageNestingMax) {
      return absl::InvalidArgumentError(absl::StrCat("the message type ", type->name(),
                                                     " is nested more than ", kMessageNestingMax,
                                                     " levels deep"));
    }
    for (const DescriptorProto& nested : type->nested_type())
      pending.emplace_back(&nested, level + 1);
  }
  return absl::OkStatus();
}

}  // namespace tamarack::gateway
