#include "platform/base/status.h"
#include "platform/pages/fill.h"
#include "platform/pages/page_bundle.h"
#include "platform/pages/pages.h"

#include <absl/strings/str_replace.h>

#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>

#include <array>
#include <locale>
#include <stdexcept>

namespace tamarack::pages {
namespace {

namespace gettext = boost::locale::gnu_gettext;

// A locale with the catalogues of one language: the service's in domain 0, the shared one in
// domain 1.
std::locale LoadTexts(const Bundle& service, const Bundle& shared, const std::string& language) {
  gettext::messages_info info;
  info.language = language;
  info.encoding = "UTF-8";
  info.paths = {""};
  info.domains = {gettext::messages_info::domain("service"),
                  gettext::messages_info::domain("shared")};
  info.callback = [&](const std::string& file, const std::string&) {
    const Bundle& bundle = file.ends_with("/service.mo") ? service : shared;
    const std::string_view mo = language == "fr" ? bundle.fr : bundle.en;
    return std::vector<char>(mo.begin(), mo.end());
  };
  return {std::locale::classic(), gettext::create_messages_facet<char>(info)};
}

}  // namespace

std::string Fill(std::string_view text,
                 const std::function<const std::string*(std::string_view)>& value_of) {
  std::string out;
  for (;;) {
    const std::size_t begin = text.find_first_of("{~");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    if (text[begin] == '~') {
      out += "\u00a0";
      text.remove_prefix(begin + 1);
      continue;
    }
    const std::size_t end = text.find('}', begin);
    if (end == std::string_view::npos) return out.append(text.substr(begin));
    const std::string* value = value_of(text.substr(begin + 1, end - begin - 1));
    out += value != nullptr ? std::string_view(*value) : text.substr(begin, end - begin + 1);
    text.remove_prefix(end + 1);
  }
}

std::string_view NormalLanguage(std::string_view language) {
  return language == "fr" || language.starts_with("fr-") ? "fr" : "en";
}

struct Catalogue::Impl {
  Impl(const Bundle& service, const Bundle& shared)
      : locales{LoadTexts(service, shared, "en"), LoadTexts(service, shared, "fr")} {}

  const boost::locale::message_format<char>& Facet(std::string_view language) const {
    return std::use_facet<boost::locale::message_format<char>>(locales[language == "fr" ? 1 : 0]);
  }
  const char* Find(std::string_view language, const std::string& key) const {
    const auto& facet = Facet(language);
    const char* text = facet.get(0, nullptr, key.c_str());
    return text != nullptr ? text : facet.get(1, nullptr, key.c_str());
  }
  const char* FindPlural(std::string_view language, const std::string& key, int count) const {
    const auto& facet = Facet(language);
    const char* text = facet.get(0, nullptr, key.c_str(), count);
    return text != nullptr ? text : facet.get(1, nullptr, key.c_str(), count);
  }

  std::array<std::locale, 2> locales;
};

Catalogue::Catalogue(const Bundle& bundle) : impl_(std::make_unique<Impl>(bundle, PageBundle())) {
  for (const std::string_view language : {"en", "fr"}) {
    if (!Has(language, "LANGUAGE")) throw std::runtime_error("the shared catalogue cannot be read");
  }
}
Catalogue::~Catalogue() = default;

bool Catalogue::Has(std::string_view language, std::string_view key) const {
  return impl_->Find(language, std::string(key)) != nullptr;
}

std::string Catalogue::Text(std::string_view language, std::string_view key,
                            const Params& params) const {
  const char* text = impl_->Find(language, std::string(key));
  if (text == nullptr) return std::string(key);
  return Fill(text, [&](std::string_view name) -> const std::string* {
    const auto found = params.find(std::string(name));
    return found == params.end() ? nullptr : &found->second;
  });
}

std::string Catalogue::Plural(std::string_view language, std::string_view key, int count) const {
  const char* text = impl_->FindPlural(language, std::string(key), count);
  if (text == nullptr) return std::string(key);
  const std::string number = std::to_string(count);
  return Fill(text, [&](std::string_view name) { return name == "COUNT" ? &number : nullptr; });
}

}  // namespace tamarack::pages
