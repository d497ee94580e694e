#include "fuzz.h"

#include "toy.pb.h"

#include <google/protobuf/descriptor.h>

#include <cstdlib>
#include <set>

namespace tamarack::gateway {
namespace {

using google::protobuf::FileDescriptor;

void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& known,
             google::protobuf::FileDescriptorSet& files) {
  if (!known.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), known, files);
  file.CopyTo(files.add_file());
  file.CopyJsonNameTo(files.mutable_file(files.file_size() - 1));
}

}  // namespace

void Require(bool holds) {
  if (!holds) std::abort();
}

google::protobuf::FileDescriptorSet WithImports(const FileDescriptor& file) {
  google::protobuf::FileDescriptorSet files;
  std::set<const FileDescriptor*> known;
  AddFile(file, known, files);
  return files;
}

const RouteTable& FuzzRoutes() {
  static const std::shared_ptr<const RouteTable> table = [] {
    BackendDescriptors toy{"toy", WithImports(*toy::v1::AllTypes::descriptor()->file())};
    std::vector<std::string> notes;
    auto built = RouteTable::Build({toy}, &notes);
    Require(built.ok());
    return *built;
  }();
  return *table;
}

}  // namespace tamarack::gateway
