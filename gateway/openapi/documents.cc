#include "gateway/openapi/documents.h"

#include "gateway/response/answer.h"

#include <absl/strings/str_cat.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>

namespace tamarack::gateway {

namespace json = boost::json;

namespace {

constexpr char kOpenApiType[] = "application/vnd.oai.openapi+json;version=3.1";
constexpr char kCataloguePath[] = "/.well-known/api-catalog";
constexpr char kLinksetType[] =
    "application/linkset+json;profile=\"https://www.rfc-editor.org/info/rfc9727\"";
// What programs may read about how to authenticate, where a back end serves it (RFC 8414).
constexpr char kOauthMetadataPath[] = "/.well-known/oauth-authorization-server";

json::object Target(const std::string& url, const char* media_type) {
  return {{"href", url}, {"type", media_type}};
}

}  // namespace

Documents::Documents(const RouteTable& table, const OpenApiOptions& options)
    : is_https_(options.public_url.starts_with("https://")) {
  Add(OpenApiPath(table, std::nullopt), kOpenApiType, json::serialize(MakeOpenApi(table, options)));
  for (size_t i = 0; i < table.backend_names().size(); ++i) {
    parts_.emplace_back(table.backend_names()[i], MakeOpenApi(table, options, i));
    Add(OpenApiPath(table, i), kOpenApiType, json::serialize(parts_.back().second));
  }
  AddCatalogue(table, options);
}

const http::Response* Documents::Find(std::string_view path, const http::Request& request) const {
  auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second.Answer(request);
}

void Documents::Add(std::string path, std::string media_type, std::string body) {
  http::Response response;
  response.headers.Set("Content-Type", std::move(media_type));
  response.headers.Set("Cache-Control", "public, max-age=60");
  response.headers.Set("Link", absl::StrCat("<", kCataloguePath, ">; rel=\"api-catalog\""));
  AddSecurityHeaders("", is_https_, response);
  // Quickly: a reload makes all of them.
  files_.insert_or_assign(std::move(path),
                          StaticFile(std::move(body), response.headers, Effort::kQuick));
}

void Documents::AddCatalogue(const RouteTable& table, const OpenApiOptions& options) {
  json::array linkset;
  auto add = [&](const std::string& anchor, std::optional<size_t> backend,
                 const std::string& reference) {
    json::object context{
        {"anchor", options.public_url + anchor},
        {"service-desc",
         json::array{Target(options.public_url + OpenApiPath(table, backend), kOpenApiType)}},
        {"service-doc", json::array{Target(options.public_url + reference, "text/html")}}};
    bool has_metadata =
        std::any_of(table.routes().begin(), table.routes().end(),
                    [](const auto& route) { return route->path == kOauthMetadataPath; });
    if (has_metadata) {
      context["service-meta"] =
          json::array{Target(options.public_url + kOauthMetadataPath, "application/json")};
    }
    linkset.push_back(std::move(context));
  };
  add("/", std::nullopt, "/reference/");
  for (size_t i = 0; i < table.backend_names().size(); ++i) {
    const std::string& name = table.backend_names()[i];
    add("/reference/" + name, i, "/reference/" + name);
  }
  Add(kCataloguePath, kLinksetType, json::serialize(json::object{{"linkset", std::move(linkset)}}));
}

}  // namespace tamarack::gateway
