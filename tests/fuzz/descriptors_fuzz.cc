// Descriptors that a back end gives of itself: whatever they are, they are refused or make routes,
// findings and documents.
#include "fuzz.h"
#include "gateway/openapi/openapi.h"
#include "gateway/plugin/breaking.h"
#include "gateway/plugin/lint.h"
#include "gateway/routing/descriptor_limits.h"
#include "toy.pb.h"

#include <google/protobuf/descriptor.h>

#include <string>

using namespace tamarack::gateway;

namespace {

// What a back end's own files may import, as they would come with them.
const google::protobuf::FileDescriptorSet& Imports() {
  static const auto& imports = *new google::protobuf::FileDescriptorSet([] {
    auto files = WithImports(*toy::v1::AllTypes::descriptor()->file());
    files.mutable_file()->RemoveLast();
    return files;
  }());
  return imports;
}

std::shared_ptr<const RouteTable> Build(const google::protobuf::FileDescriptorSet& files,
                                        bool is_open) {
  BackendDescriptors backend{"plugin", Imports()};
  backend.files.MergeFrom(files);
  backend.is_open = is_open;
  std::vector<std::string> notes;
  auto table = RouteTable::Build({backend}, &notes);
  return table.ok() ? *table : nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  google::protobuf::FileDescriptorSet files;
  if (!files.ParseFromArray(bytes, static_cast<int>(size))) return 0;
  if (!CheckDescriptorSize(files).ok()) return 0;
  for (bool is_open : {false, true}) {
    auto table = Build(files, is_open);
    if (table == nullptr) continue;
    Lint(*table);
    MakeOpenApi(*table, {.public_url = "https://services.test"});
    Require(FindBreaking(*table, *table).empty());
    FindBreaking(FuzzRoutes(), *table);
    FindBreaking(*table, FuzzRoutes());
    for (const auto& route : table->routes()) Require(is_open || route->policy.access() != 0);
  }
  return 0;
}
