#pragma once

#include "gateway/routing/route_table.h"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <catch2/catch.hpp>

#include <memory>
#include <set>
#include <string>

namespace tamarack::gateway {

// One .proto file in memory.
class OneFile final : public google::protobuf::compiler::SourceTree {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  google::protobuf::io::ZeroCopyInputStream* Open(const std::string& name) override {
    if (name != "test.proto") return nullptr;
    return new google::protobuf::io::ArrayInputStream(text_.data(), static_cast<int>(text_.size()));
  }

 private:
  std::string text_;
};

struct CompileErrors final : google::protobuf::compiler::MultiFileErrorCollector {
  void AddError(const std::string&, int line, int, const std::string& message) override {
    text += std::to_string(line + 1) + ": " + message + "\n";
  }
  std::string text;
};

inline void AddWithImports(const google::protobuf::FileDescriptor& file,
                           std::set<std::string>* done, google::protobuf::FileDescriptorSet* set) {
  if (!done->insert(file.name()).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) AddWithImports(*file.dependency(i), done, set);
  file.CopyTo(set->add_file());
}

// The descriptors of a .proto file's text, as protoc would write them. It may import what the tests
// are linked with.
inline BackendDescriptors Compile(const std::string& name, const std::string& text) {
  OneFile tree(text);
  google::protobuf::DescriptorPoolDatabase linked(
      *google::protobuf::DescriptorPool::generated_pool());
  google::protobuf::compiler::SourceTreeDescriptorDatabase database(&tree, &linked);
  CompileErrors errors;
  database.RecordErrorsTo(&errors);
  google::protobuf::DescriptorPool pool(&database, database.GetValidationErrorCollector());
  const auto* file = pool.FindFileByName("test.proto");
  INFO(errors.text);
  REQUIRE(file != nullptr);
  std::set<std::string> done;
  google::protobuf::FileDescriptorSet set;
  AddWithImports(*file, &done, &set);
  // As read from a file, so that options are what their extensions say.
  BackendDescriptors backend{name, {}};
  REQUIRE(backend.files.ParseFromString(set.SerializeAsString()));
  return backend;
}

inline std::shared_ptr<const RouteTable> CompileRoutes(const std::string& text,
                                                       std::vector<std::string>* notes = nullptr) {
  std::vector<std::string> ignored;
  auto table = RouteTable::Build({Compile("test", text)}, notes != nullptr ? notes : &ignored);
  INFO(table.status());
  REQUIRE(table.ok());
  return *table;
}

// `text` with the one place where `from` stands replaced.
inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(from, at + 1) == std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace tamarack::gateway
