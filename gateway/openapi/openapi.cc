#include "gateway/openapi/openapi.h"

#include "gateway/openapi/comment.h"
#include "gateway/openapi/operation.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <boost/json/array.hpp>

#include <algorithm>
#include <map>

namespace tamarack::gateway {

namespace json = boost::json;

namespace {

// OpenAPI 3.1 has members for these only.
bool HasWord(const std::string& http_method) {
  constexpr std::string_view kMethods[] = {"GET",     "PUT",  "POST",  "DELETE",
                                           "OPTIONS", "HEAD", "PATCH", "TRACE"};
  return std::find(std::begin(kMethods), std::end(kMethods), http_method) != std::end(kMethods);
}

// `TemplateService` → `Template`, where the proto gives no name for people.
std::string TagOf(const Route& route) {
  if (!route.service.display_name().empty()) return route.service.display_name();
  std::string name = route.method->service()->name();
  if (name.size() > 7 && name.ends_with("Service")) name.resize(name.size() - 7);
  return name;
}

class Writer {
 public:
  Writer(const RouteTable& table, const OpenApiOptions& options, std::optional<size_t> backend)
      : table_(table),
        options_(options),
        backend_(backend),
        components_(options.public_url),
        security_(table, options.public_url, options.oauth) {}

  json::object Write() {
    // Ids are given to all routes, so that those of a part are those of the whole.
    for (const auto& route : table_.routes()) {
      if (route->policy.page() || !HasWord(route->http_method)) continue;
      std::string id = OperationId(*route);
      if (!backend_ || route->backend == *backend_) AddRoute(*route, id);
    }
    components_.AddSchemas(schemas_.schemas());
    json::array tags;
    for (const auto& [name, description] : tags_) {
      json::object tag{{"name", name}};
      if (!description.empty()) tag["description"] = description;
      tags.push_back(std::move(tag));
    }
    return {{"openapi", "3.1.0"},
            {"info", Info()},
            {"servers", json::array{json::object{{"url", options_.public_url}}}},
            {"externalDocs",
             {{"description", "The same for people to read."},
              {"url", absl::StrCat(options_.public_url, "/reference/",
                                   backend_ ? table_.backend_names()[*backend_] : "")}}},
            {"tags", std::move(tags)},
            {"paths", std::move(paths_)},
            {"components",
             {{"schemas", std::move(schemas_.schemas())},
              {"responses", components_.Responses()},
              {"headers", components_.Headers()},
              {"securitySchemes", security_.Schemes()}}}};
  }

 private:
  std::string OperationId(const Route& route) {
    const auto& service = *route.method->service();
    auto [owner, is_new] = services_.emplace(service.name(), &service);
    std::string prefix = service.name();
    if (owner->second != &service) {  // The name is taken by another package's.
      prefix = service.full_name();
      std::replace(prefix.begin(), prefix.end(), '.', '_');
    }
    int count = ++bindings_[route.method];
    std::string id = absl::StrCat(prefix, "_", route.method->name());
    return count > 1 ? absl::StrCat(id, "_", count) : id;
  }

  void AddRoute(const Route& route, const std::string& id) {
    std::string tag = TagOf(route);
    std::string& description = tags_[tag];
    if (description.empty()) description = CommentOf(*route.method->service());
    DocumentedPath path = DocumentPath(route);
    json::object operation =
        OperationWriter(schemas_, components_, security_).Write(route, path, id);
    operation["tags"] = json::array{json::string(tag)};
    json::value& item = paths_[path.text];
    if (!item.is_object()) item = json::object();
    item.get_object()[absl::AsciiStrToLower(route.http_method)] = std::move(operation);
  }

  json::object Info() {
    std::string title = options_.title;
    std::string description;
    if (backend_) {
      title = absl::StrCat(ServiceTitle(table_.backend_names()[*backend_]), " – ", title);
      description = absl::StrCat("The operations of one service. [All services](",
                                 options_.public_url, OpenApiPath(table_, std::nullopt), ").");
    } else {
      description = "Every operation of every service. One service at a time:\n";
      for (size_t i = 0; i < table_.backend_names().size(); ++i) {
        absl::StrAppend(&description, "\n- [", table_.backend_names()[i], "](", options_.public_url,
                        OpenApiPath(table_, i), ")");
      }
    }
    json::object contact{{"name", options_.title}};
    if (!options_.help_url.empty()) {
      bool is_path = options_.help_url.starts_with('/');
      contact["url"] = absl::StrCat(is_path ? options_.public_url : "", options_.help_url);
    }
    return {{"title", title},
            {"version", "1"},
            {"description", description},
            {"contact", std::move(contact)}};
  }

  const RouteTable& table_;
  const OpenApiOptions& options_;
  std::optional<size_t> backend_;
  SchemaBook schemas_;
  ComponentBook components_;
  SecurityBook security_;
  json::object paths_;
  std::map<std::string, std::string> tags_;
  std::map<std::string, const google::protobuf::ServiceDescriptor*> services_;  // By short name.
  std::map<const google::protobuf::MethodDescriptor*, int> bindings_;
};

}  // namespace

json::object MakeOpenApi(const RouteTable& table, const OpenApiOptions& options,
                         std::optional<size_t> backend) {
  return Writer(table, options, backend).Write();
}

std::string ServiceTitle(std::string_view backend_name) {
  std::string title(backend_name);
  if (!title.empty()) title[0] = absl::ascii_toupper(static_cast<unsigned char>(title[0]));
  return title;
}

std::string OpenApiPath(const RouteTable& table, std::optional<size_t> backend) {
  if (!backend) return "/openapi.json";
  return absl::StrCat("/openapi/", table.backend_names()[*backend], ".json");
}

}  // namespace tamarack::gateway
