#include "gateway/plugin/loader.h"

#include "gateway/plugin/breaking.h"
#include "gateway/plugin/service_config.h"
#include "platform/base/status.h"
#include "platform/crypto/hash.h"
#include "platform/pages/brand.h"

#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace tamarack::gateway {
namespace {

// gRPC connects only while somebody waits for it: at a later look, the next goes on with it.
constexpr std::chrono::milliseconds kFirstConnectTime{1000}, kConnectTime{100};

// Changes whenever the file does. Symbolic links are followed: what counts is what they lead to.
std::string Stamp(const std::string& path) {
  struct stat found = {};
  if (::stat(path.c_str(), &found) != 0) return "absent";
  return absl::StrCat(found.st_dev, " ", found.st_ino, " ", found.st_size, " ",
                      found.st_mtim.tv_sec, " ", found.st_mtim.tv_nsec);
}

// Equal for equal descriptors, whatever the order in which maps in their options are held.
std::string Fingerprint(const google::protobuf::FileDescriptorSet& files) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    files.SerializeToCodedStream(&coded);
  }
  return crypto::Sha256(bytes);
}

std::string_view OwnerOf(const Config::Backend& backend) {
  return backend.plugin ? std::string_view(backend.plugin->owner) : "";
}

}  // namespace

Loader::Loader(const std::string& path, Config config)
    : path_(std::filesystem::absolute(path).string()), config_(std::move(config)) {
  documents_.public_url = config_.public_url;
  // A brand that cannot be read ends the start; whoever only checks needs none.
  if (auto brand = pages::LoadBrand(config_.brand_file); brand.ok()) {
    documents_.title = brand->name.en;
    documents_.help_url = brand->help_page.en;
  }
}

std::optional<Loader::Result> Loader::Load(bool is_forced) {
  bool has_new_files = NoteFiles() || is_forced || !has_loaded_;
  if (has_new_files && has_loaded_) {
    auto config = LoadConfig(path_);
    report_.problems.clear();
    report_.warnings.clear();
    if (!config.ok()) {
      report_.problems.emplace_back(config.status().message());
      return Result{nullptr, report_};
    }
    std::vector<Config::Backend> backends = std::exchange(config->backends, config_.backends);
    if (config->public_url.empty()) config->public_url = config_.public_url;
    if (*config != config_)
      report_.warnings.push_back("settings other than the back ends are taken at the next start");
    config_.backends = std::move(backends);
    // Those that the new configuration names are noted too. What has changed since the first look
    // may not have been read, and is read at the next.
    std::map<std::string, std::string> noted = stamps_;
    NoteFiles();
    for (auto& [path, stamp] : stamps_) {
      if (auto before = noted.find(path); before != noted.end()) stamp = before->second;
    }
  }
  if (!FetchOffers(has_new_files) && !has_new_files) return std::nullopt;

  report_.time = absl::FormatTime(absl::RFC3339_full, absl::Now(), absl::UTCTimeZone());
  report_.backends.clear();
  std::vector<VersionPtr> kept, versions;
  for (const Config::Backend& backend : config_.backends) {
    auto& report = report_.backends.emplace_back();
    report.name = backend.name;
    report.is_reflected = backend.uses_reflection;
    kept.push_back(Kept(backend));
    versions.push_back(VersionToServe(backend, offers_.at(backend.name), kept.back(), &report));
  }
  std::shared_ptr<const RouteTable> routes = Combine(kept, &versions, &report_);
  for (size_t i = 0; i < versions.size(); ++i) {
    auto& report = report_.backends[i];
    report.is_served = versions[i] != nullptr;
    report.is_current = report.problems.empty();
    if (report.is_served) report.routes = versions[i]->routes->routes().size();
  }
  std::erase(versions, nullptr);
  bool has_changed = !has_loaded_ || versions != served_;
  has_loaded_ = true;
  if (!has_changed) return Result{nullptr, report_};
  served_ = std::move(versions);
  std::vector<std::shared_ptr<Backend>> connections;
  for (const auto& version : served_) connections.push_back(version->connection);
  return Result{MakeSnapshot(std::move(routes), std::move(connections), documents_), report_};
}

std::map<std::string, std::shared_ptr<Backend>> Loader::Connections() const {
  std::map<std::string, std::shared_ptr<Backend>> connections;
  for (const auto& version : served_)
    connections.emplace(version->config.name, version->connection);
  return connections;
}

std::vector<std::string> Loader::Files() const {
  std::vector<std::string> files;
  for (const auto& [path, stamp] : stamps_) files.push_back(path);
  return files;
}

// Whether a file of the configuration has changed since the last call.
bool Loader::NoteFiles() {
  std::map<std::string, std::string> stamps{{path_, Stamp(path_)}};
  for (const auto& backend : config_.backends) {
    if (!backend.uses_reflection) stamps[backend.descriptor_set] = Stamp(backend.descriptor_set);
  }
  bool has_changed = stamps != stamps_;
  stamps_ = std::move(stamps);
  return has_changed;
}

// Whether any back end offers something else than at the last call.
bool Loader::FetchOffers(bool reads_files) {
  ConnectReflections();
  std::map<std::string, Offer> offers;
  bool has_changed = false;
  for (const auto& backend : config_.backends) {
    auto before = offers_.find(backend.name);
    if (!backend.uses_reflection && !reads_files && before != offers_.end()) {
      offers.insert(offers_.extract(before));
      continue;
    }
    auto descriptors = backend.uses_reflection ? Reflect(backend) : LoadDescriptors(backend);
    std::string fingerprint = descriptors.ok() ? Fingerprint(descriptors->files)
                                               : std::string(descriptors.status().message());
    has_changed =
        has_changed || before == offers_.end() || before->second.fingerprint != fingerprint;
    offers.emplace(backend.name, Offer{std::move(descriptors), std::move(fingerprint)});
  }
  offers_ = std::move(offers);
  std::erase_if(reflections_, [&](const auto& entry) { return !offers_.contains(entry.first); });
  return has_changed;
}

void Loader::ConnectReflections() {
  std::vector<Reflection*> all;
  for (const auto& backend : config_.backends) {
    if (!backend.uses_reflection) continue;
    auto& reflection = reflections_[backend.name];
    if (!reflection || !reflection->IsOf(backend.address, backend.channel))
      reflection = std::make_unique<Reflection>(backend.address, backend.channel);
    all.push_back(reflection.get());
  }
  if (!all.empty()) Reflection::Connect(all, has_loaded_ ? kConnectTime : kFirstConnectTime);
}

absl::StatusOr<BackendDescriptors> Loader::Reflect(const Config::Backend& backend) {
  auto files = reflections_[backend.name]->Fetch();
  if (!files.ok()) return files.status();
  return BackendDescriptors{backend.name, *std::move(files)};
}

Loader::VersionPtr Loader::Served(const std::string& name) const {
  auto found = std::ranges::find_if(served_, [&](const auto& v) { return v->config.name == name; });
  return found == served_.end() ? nullptr : *found;
}

void Loader::Trust(const Config::Backend& backend, Version* version) const {
  version->config.audience = version->descriptors.audience = backend.audience;
  version->config.cors_origins = version->descriptors.allowed_origins = backend.cors_origins;
  version->config.plugin = backend.plugin;
  version->descriptors.is_open = config_.is_open;
  version->descriptors.plugin =
      backend.plugin ? std::make_shared<const Plugin>(*backend.plugin) : nullptr;
}

Loader::VersionPtr Loader::Kept(const Config::Backend& backend) const {
  VersionPtr before = Served(backend.name);
  if (before == nullptr) return nullptr;
  const Config::Backend& had = before->config;
  bool has_same_audience = had.audience == backend.audience;
  if (has_same_audience && had.plugin == backend.plugin && had.paths == backend.paths &&
      had.cors_origins == backend.cors_origins)
    return before;
  // Another service's tokens are not for whoever was at the address before.
  bool is_same_owner = OwnerOf(had) == OwnerOf(backend);
  if (had.address != backend.address && !(has_same_audience && is_same_owner)) return nullptr;
  auto version = std::make_shared<Version>(*before);
  Trust(backend, version.get());
  version->config.paths = version->descriptors.paths = backend.paths;
  version->fingerprint.clear();  // what is offered was refused, and is judged again
  version->notes.clear();
  auto routes = RouteTable::Build({version->descriptors}, &version->notes);
  if (!routes.ok()) return nullptr;
  version->routes = *std::move(routes);
  return version;
}

Loader::VersionPtr Loader::VersionToServe(const Config::Backend& backend, const Offer& offer,
                                          VersionPtr version, LoadReport::Backend* report) const {
  VersionPtr before = Served(backend.name);
  bool is_same = before && before->config == backend && before->fingerprint == offer.fingerprint;
  if (!is_same) {
    auto made = MakeVersion(backend, offer, report);
    if (!made.ok()) {
      report->problems.emplace_back(made.status().message());
    } else if (report->problems.empty()) {
      version = *std::move(made);
    }
  }
  if (version != nullptr) report->notes = version->notes;
  if (report->problems.empty()) report->warnings = version->warnings;
  return version;
}

absl::StatusOr<Loader::VersionPtr> Loader::MakeVersion(const Config::Backend& backend,
                                                       const Offer& offer,
                                                       LoadReport::Backend* report) const {
  if (!offer.descriptors.ok()) return offer.descriptors.status();
  auto version = std::make_shared<Version>();
  version->config = backend;
  version->descriptors = *offer.descriptors;
  Trust(backend, version.get());
  version->fingerprint = offer.fingerprint;
  auto routes = RouteTable::Build({version->descriptors}, &version->notes);
  if (!routes.ok()) return routes.status();
  version->routes = *std::move(routes);

  VersionPtr before = Served(backend.name);
  std::vector<Finding> findings = Lint(*version->routes, {backend.lint_ignore, backend.paths});
  if (before != nullptr) {
    for (Finding& finding : FindBreaking(*before->routes, *version->routes)) {
      finding.is_error = finding.is_error && !backend.allows_breaking;
      findings.push_back(std::move(finding));
    }
  }
  for (const Finding& finding : findings) {
    // Whoever tries out a service of their own is told, and served all the same.
    bool is_trial = config_.is_open && before == nullptr;
    auto& list = finding.is_error && !is_trial ? report->problems : version->warnings;
    list.push_back(absl::StrCat(finding.rule, ": ", finding.text));
  }
  version->channel = backend.channel;
  version->channel.service_config = MakeServiceConfig(backend, *version->routes);
  bool is_kept = before != nullptr && before->config.address == backend.address &&
                 before->channel == version->channel;
  if (!report->problems.empty()) return version;
  version->connection =
      is_kept ? before->connection : std::make_shared<Backend>(backend.address, version->channel);
  // What replaces a connection should not make callers wait for one.
  if (before != nullptr && !is_kept)
    version->connection->channel()->WaitForConnected(std::chrono::system_clock::now() +
                                                     kConnectTime);
  return version;
}

// The table of all `versions`. Where two claim the same route, what is kept is taken one by one,
// then the newcomers, and those that cannot be are put back to what they were.
std::shared_ptr<const RouteTable> Loader::Combine(const std::vector<VersionPtr>& kept,
                                                  std::vector<VersionPtr>* versions,
                                                  LoadReport* report) const {
  std::vector<std::string> notes;  // Told already for each version.
  auto build = [&](const std::vector<VersionPtr>& some) {
    std::vector<BackendDescriptors> descriptors;
    for (const auto& version : some) {
      if (version != nullptr) descriptors.push_back(version->descriptors);
    }
    return RouteTable::Build(descriptors, &notes);
  };
  if (auto routes = build(*versions); routes.ok()) return *routes;

  std::vector<VersionPtr> wanted = std::move(*versions);
  versions->assign(wanted.size(), nullptr);
  auto routes = build(*versions);
  auto take = [&](size_t i, VersionPtr version) {
    if (version == (*versions)[i]) return;
    VersionPtr before = std::exchange((*versions)[i], std::move(version));
    auto with = build(*versions);
    if (with.ok()) {
      routes = std::move(with);
    } else {
      report->backends[i].problems.emplace_back(with.status().message());
      (*versions)[i] = std::move(before);
    }
  };
  for (size_t i = 0; i < wanted.size(); ++i) take(i, kept[i]);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != kept[i]) take(i, wanted[i]);
  }
  return *routes;
}

}  // namespace tamarack::gateway
