#pragma once

#include "gateway/config/config.h"
#include "gateway/plugin/lint.h"
#include "gateway/plugin/load_report.h"
#include "gateway/plugin/reflection.h"
#include "gateway/plugin/snapshot.h"
#include "gateway/routing/route_table.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tamarack::gateway {

// Turns the configuration file, descriptor sets and reflected descriptors into snapshots. Each back
// end is taken or refused alone: a version that is broken, breaks callers or claims a route of
// another leaves what that back end had before, but for the trust that its entry gives no more.
// Blocks on files and back ends; one thread at a time.
class Loader {
 public:
  // `config` is what `path` held at the start. Of later contents the back ends alone are used.
  Loader(const std::string& path, Config config);

  struct Result {
    std::shared_ptr<const Snapshot> snapshot;  // Null: nothing to change.
    LoadReport report;
  };
  // Looks at everything. Nothing when all is as it was at the last look. `is_forced` reads files
  // even if they look untouched.
  std::optional<Result> Load(bool is_forced);

  // By name, the connections to the back ends that are served.
  std::map<std::string, std::shared_ptr<Backend>> Connections() const;

  // The files that were looked at last, for a watch on their folders.
  std::vector<std::string> Files() const;

 private:
  // One version of one back end.
  struct Version {
    Config::Backend config;
    BackendDescriptors descriptors;
    std::string fingerprint;                   // Of the descriptors.
    std::shared_ptr<const RouteTable> routes;  // Its own alone.
    std::vector<std::string> warnings;
    std::vector<std::string> notes;
    rpc::ChannelOptions channel;
    std::shared_ptr<Backend> connection;
  };
  using VersionPtr = std::shared_ptr<const Version>;

  // The descriptors that a back end gave last, or why it gave none.
  struct Offer {
    absl::StatusOr<BackendDescriptors> descriptors;
    std::string fingerprint;  // Of the descriptors, or the reason.
  };

  bool NoteFiles();
  bool FetchOffers(bool reads_files);
  void ConnectReflections();
  absl::StatusOr<BackendDescriptors> Reflect(const Config::Backend& backend);
  VersionPtr Served(const std::string& name) const;
  // What the back end had before, with no more trust than its entry gives it now; null where there
  // is nothing that may go on.
  VersionPtr Kept(const Config::Backend& backend) const;
  void Trust(const Config::Backend& backend, Version* version) const;
  // The version to serve: the offered one, or with problems in the report what is kept, if any.
  VersionPtr VersionToServe(const Config::Backend& backend, const Offer& offer, VersionPtr kept,
                            LoadReport::Backend* report) const;
  absl::StatusOr<VersionPtr> MakeVersion(const Config::Backend& backend, const Offer& offer,
                                         LoadReport::Backend* report) const;
  std::shared_ptr<const RouteTable> Combine(const std::vector<VersionPtr>& kept,
                                            std::vector<VersionPtr>* versions,
                                            LoadReport* report) const;

  std::string path_;
  Config config_;
  OpenApiOptions documents_;
  std::map<std::string, std::string> stamps_;  // Of files, by path.
  std::map<std::string, Offer> offers_;        // By back end.
  std::map<std::string, std::unique_ptr<Reflection>> reflections_;
  std::vector<VersionPtr> served_;
  LoadReport report_;
  bool has_loaded_ = false;
};

}  // namespace tamarack::gateway
