#include "platform/pages/brand.h"

#include "platform/base/status.h"

#include <absl/strings/str_cat.h>

#include <boost/json.hpp>

#include <fstream>
#include <sstream>

namespace tamarack::pages {
namespace {

namespace json = boost::json;

void Read(const json::object& from, std::string_view name, std::string& to) {
  if (const json::value* value = from.if_contains(name); value != nullptr && value->is_string()) {
    to = std::string_view(value->get_string());
  }
}

void Read(const json::object& from, std::string_view name, Bilingual& to) {
  if (const json::value* value = from.if_contains(name); value != nullptr && value->is_object()) {
    Read(value->get_object(), "en", to.en);
    Read(value->get_object(), "fr", to.fr);
  }
}

// A link that leads somewhere from any page, and says where: nothing else gets past the templates.
bool IsLink(const Bilingual& text, const Bilingual& href) {
  for (const std::string_view language : {"en", "fr"}) {
    const std::string_view to = href.In(language);
    const bool is_url = to.starts_with("https://") || to.starts_with("http://");
    const bool is_path = to.starts_with('/') && !to.starts_with("//");
    if (text.In(language).empty() || (!is_url && !is_path)) return false;
  }
  return true;
}

absl::Status CheckLinks(const Brand& brand, const std::string& file) {
  const auto refuse = [&](std::string_view member) {
    return absl::InvalidArgumentError(absl::StrCat(
        file, ": ", ToAbsl(member), " needs a text and a path or http(s) URL in both languages"));
  };
  if (!IsLink(brand.name, brand.home)) return refuse("name and home");
  const bool has_help_page = !brand.help_page.en.empty() || !brand.help_page.fr.empty();
  if (has_help_page && !IsLink(brand.name, brand.help_page)) return refuse("help_page");
  for (const FooterLink& link : brand.footer_links) {
    if (!IsLink(link.text, link.href)) return refuse("each of footer_links");
  }
  return absl::OkStatus();
}

}  // namespace

Brand DefaultBrand() {
  return {
      .name = {"Government services", "Services gouvernementaux"},
      .home = {"/en/account", "/fr/account"},
      .owner_line = {"© Name of the operating organization", "© Nom de l’organisme responsable"},
      .logo_path = "",
      .help_phone = "1-800-555-0100",
      .help_tty = "1-800-555-0101",
      .help_page = {},
      .footer_links = {},
  };
}

absl::StatusOr<Brand> LoadBrand(std::string_view path) {
  Brand brand = DefaultBrand();
  if (path.empty()) return brand;
  const std::string name(path);
  std::ifstream file(name);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", name));
  std::ostringstream text;
  text << file.rdbuf();
  boost::system::error_code error;
  const json::value parsed = json::parse(text.str(), error);
  if (error || !parsed.is_object())
    return absl::InvalidArgumentError(absl::StrCat(name, " is no JSON object"));
  const json::object& object = parsed.get_object();
  Read(object, "name", brand.name);
  Read(object, "home", brand.home);
  Read(object, "owner_line", brand.owner_line);
  Read(object, "logo_path", brand.logo_path);
  Read(object, "help_phone", brand.help_phone);
  Read(object, "help_tty", brand.help_tty);
  Read(object, "help_page", brand.help_page);
  if (const json::value* links = object.if_contains("footer_links");
      links != nullptr && links->is_array()) {
    brand.footer_links.clear();
    for (const json::value& link : links->get_array()) {
      if (!link.is_object())
        return absl::InvalidArgumentError(absl::StrCat(name, ": footer_links holds objects"));
      FooterLink& added = brand.footer_links.emplace_back();
      Read(link.get_object(), "text", added.text);
      Read(link.get_object(), "href", added.href);
    }
  }
  if (absl::Status checked = CheckLinks(brand, name); !checked.ok()) return checked;
  return brand;
}

}  // namespace tamarack::pages
