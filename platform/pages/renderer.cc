#include "platform/base/status.h"
#include "platform/pages/collation.h"
#include "platform/pages/fill.h"
#include "platform/pages/format.h"
#include "platform/pages/page_bundle.h"
#include "platform/pages/pages.h"
#include "platform/pages/template_source.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>

#include <cstdio>
#include <stdexcept>

namespace tamarack::pages {
namespace {

// One {{T_KEY}} of a page, in one language.
struct Marker {
  std::string name;
  std::string text;
  bool has_placeholder;
};

// The scope being filled and those around it, innermost first.
struct Chain {
  const std::map<std::string, std::string>& values;
  const Chain* outer;

  const std::string* Find(std::string_view name) const {
    const auto found = values.find(std::string(name));
    if (found != values.end()) return &found->second;
    return outer != nullptr ? outer->Find(name) : nullptr;
  }
};

}  // namespace

struct Renderer::Impl {
  Impl(const Bundle& service, Brand brand_in, RendererOptions options_in)
      : catalogue(service), brand(std::move(brand_in)), options(std::move(options_in)) {
    const TemplateSources sources(PageBundle(), service);
    for (const std::string& name : sources.PageNames()) Load(sources, name);
    cache.Freeze();
  }

  void Load(const TemplateSources& sources, const std::string& name) {
    absl::StatusOr<std::string> text = sources.Assemble(name);
    if (!text.ok()) throw std::runtime_error(std::string(text.status().message()));
    if (!cache.StringToTemplateCache(name, *text, ctemplate::STRIP_BLANK_LINES)) {
      throw std::runtime_error(name + ": ctemplate cannot parse it");
    }
    for (const std::string language : {"en", "fr"}) {
      std::vector<Marker>& of_page = markers[{name, language}];
      for (const std::string& key : TextKeys(*text)) {
        if (!catalogue.Has(language, key)) {
          throw std::runtime_error(absl::StrCat(name, ".tpl: no text ", key, " in ", language));
        }
        std::string message = catalogue.Text(language, key);
        const bool has_placeholder = message.find('{') != std::string::npos;
        of_page.push_back({absl::StrCat("T_", key), std::move(message), has_placeholder});
      }
    }
  }

  // Adds what every page has.
  Page Complete(const Page& given) const {
    Page page = given;
    const std::string& lang = page.language_;
    const std::string other = lang == "fr" ? "en" : "fr";
    page.Set("LANG", lang)
        .Set("OTHER_LANG", other)
        .Set("OTHER_URL", absl::StrCat("/", other, page.path_));
    Scope& toggle = page.Add(page.form_id_.empty() ? "TOGGLE_LINK" : "TOGGLE_FORM");
    toggle.Set("FORM_ID", page.form_id_).Set("FORM_PATH", page.form_path_);
    page.Set("CSRF_TOKEN", page.csrf_token_).Set("HOME_URL", absl::StrCat("/", lang, options.home));
    page.Set("BRAND", brand.name.In(lang)).Set("BRAND_HOME", brand.home.In(lang));
    page.Set("OWNER_LINE", brand.owner_line.In(lang)).Set("HELP_PHONE", brand.help_phone);
    page.Set("HELP_TEL", FormatTelephoneUri(brand.help_phone));
    if (!brand.help_tty.empty()) {
      page.Add("TTY")
          .Set("HELP_TTY", brand.help_tty)
          .Set("HELP_TTY_TEL", FormatTelephoneUri(brand.help_tty));
    }
    if (const std::string& url = brand.help_page.In(lang); !url.empty())
      page.Add("HELP_PAGE").Set("HELP_URL", url);
    page.Set("LOGO_PATH", brand.logo_path).Show(brand.logo_path.empty() ? "WORDMARK" : "LOGO");
    if (!brand.footer_links.empty()) {
      Scope& footer = page.Add("FOOTER_NAV");
      for (const FooterLink& link : brand.footer_links) {
        footer.Add("FOOTER_LINKS").Set("TEXT", link.text.In(lang)).Set("HREF", link.href.In(lang));
      }
    }
    if (page.is_signed_in_) {
      Scope& signed_in = page.Add("SIGNED_IN");
      for (const NavItem& item : options.nav) {
        Scope& row = signed_in.Add("NAV")
                         .SetText("TEXT", item.key)
                         .Set("HREF", absl::StrCat("/", lang, item.path));
        if (item.path == page.path_.substr(0, page.path_.find('?'))) row.Show("CURRENT");
      }
    }
    AddErrors(page);
    return page;
  }

  void AddErrors(Page& page) const {
    if (page.errors_.empty()) return;
    Scope& summary = page.Add("ERROR_SUMMARY");
    const int count = static_cast<int>(page.errors_.size());
    summary.Set("ERROR_COUNT", catalogue.Plural(page.language_, "ERROR_COUNT", count));
    for (const Page::FieldError& error : page.errors_) {
      const std::string id = absl::StrReplaceAll(error.field, {{"_", "-"}, {".", "-"}});
      const std::string section = absl::StrReplaceAll(absl::AsciiStrToUpper(id), {{"-", "_"}});
      summary.Add("ERRORS").Set("FIELD_ID", id).SetText("ERROR", error.key, error.params);
      auto& at_field = page.sections_[absl::StrCat("E_", section)];
      if (at_field.empty()) {
        at_field.emplace_back().Set("FIELD_ID", id).SetText("ERROR", error.key, error.params);
      }
    }
  }

  // Copies a scope into ctemplate's dictionary. Markers without placeholders are set once, at the
  // root.
  void FillDictionary(const Scope& scope, const Chain* outer, std::string_view language,
                      const std::vector<Marker>& page_markers,
                      ctemplate::TemplateDictionary& out) const {
    std::map<std::string, std::string> values = scope.values_;
    for (const auto& [name, text] : scope.texts_) values[name] = TextOf(scope, text, language);
    const Chain chain{values, outer};
    for (const auto& [name, value] : values) out.SetValue(name, value);
    for (const Marker& marker : page_markers) {
      if (!marker.has_placeholder) {
        if (outer == nullptr) out.SetValue(marker.name, marker.text);
      } else if (!values.empty()) {
        out.SetValue(marker.name,
                     Fill(marker.text, [&](std::string_view name) { return chain.Find(name); }));
      }
    }
    for (const auto& [name, rows] : scope.sections_) {
      for (const Scope* row : InOrder(scope, name, rows, language)) {
        FillDictionary(*row, &chain, language, page_markers, *out.AddSectionDictionary(name));
      }
    }
  }

  std::string TextOf(const Scope& scope, const Scope::Text& text, std::string_view language) const {
    Params params = text.params;
    params.insert(scope.values_.begin(), scope.values_.end());
    return catalogue.Text(language, text.key, params);
  }

  // The rows of one of the scope's sections as they are to be shown.
  std::vector<const Scope*> InOrder(const Scope& scope, const std::string& section,
                                    const std::list<Scope>& rows, std::string_view language) const {
    std::vector<const Scope*> order;
    const auto sorted_by = scope.sorted_by_.find(section);
    if (sorted_by == scope.sorted_by_.end()) {
      for (const Scope& row : rows) order.push_back(&row);
      return order;
    }
    const auto before = [&](const std::string& label, const std::string& other) {
      return SortsBefore(language, label, other);
    };
    std::multimap<std::string, const Scope*, decltype(before)> sorted(before);
    for (const Scope& row : rows) {
      const auto text = row.texts_.find(sorted_by->second);
      const auto value = row.values_.find(sorted_by->second);
      std::string label;
      if (text != row.texts_.end()) {
        label = TextOf(row, text->second, language);
      } else if (value != row.values_.end()) {
        label = value->second;
      }
      sorted.emplace(std::move(label), &row);
    }
    for (const auto& [label, row] : sorted) order.push_back(row);
    return order;
  }

  Catalogue catalogue;
  Brand brand;
  RendererOptions options;
  ctemplate::TemplateCache cache;
  std::map<std::pair<std::string, std::string>, std::vector<Marker>>
      markers;  // by page and language
};

Renderer::Renderer(const Bundle& service, Brand brand, RendererOptions options)
    : impl_(std::make_unique<Impl>(service, std::move(brand), std::move(options))) {}
Renderer::~Renderer() = default;

const Catalogue& Renderer::catalogue() const {
  return impl_->catalogue;
}

google::api::HttpBody Renderer::Render(const Page& page) const {
  google::api::HttpBody body;
  body.set_content_type("text/html; charset=utf-8");
  const auto markers = impl_->markers.find({page.name_, page.language_});
  if (markers == impl_->markers.end()) {
    std::fprintf(stderr, "pages: no template %s\n", page.name_.c_str());
    return body;
  }
  ctemplate::TemplateDictionary dictionary("page");
  impl_->FillDictionary(impl_->Complete(page), nullptr, page.language_, markers->second,
                        dictionary);
  impl_->cache.ExpandNoLoad(page.name_, ctemplate::STRIP_BLANK_LINES, &dictionary, nullptr,
                            body.mutable_data());
  return body;
}

}  // namespace tamarack::pages
